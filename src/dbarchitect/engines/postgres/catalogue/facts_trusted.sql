-- Lines of pg_hba.conf that let in without a password: one row, NULL where this role may not read the file.
select case
    when has_function_privilege('pg_hba_file_rules()', 'execute') then array(
        select concat_ws(' ', h.type, h.address)
        from pg_hba_file_rules() h
        where h.auth_method = 'trust'
        order by h.line_number
    )
end
