-- expect: column public.zähler.ablesung_für_den_zähler_im_keller_des_gebäudes_in_der_straß
CREATE TABLE zähler (id bigint PRIMARY KEY, "ablesung_für_den_zähler_im_keller_des_gebäudes_in_der_straße_der_könige" bigint);
