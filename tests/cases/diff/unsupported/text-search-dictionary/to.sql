CREATE TEXT SEARCH DICTIONARY public.words (TEMPLATE = simple, stopwords = english);
