-- at: t.t_a_b_c_d_idx
CREATE INDEX ON t (a, b, c, d);
