-- Percentiles, other types, a key, and a pair that is no list.
CREATE TABLE figures (
    a1 int, a2 int, a3 int, latency_50 float, latency_95 float, latency_99 float, value1 int, value2 text, value3 date,
    score1 int, score2 int, PRIMARY KEY (a1, a2, a3)
);
