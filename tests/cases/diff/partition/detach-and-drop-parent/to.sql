CREATE TABLE public.m_1 (k integer);
