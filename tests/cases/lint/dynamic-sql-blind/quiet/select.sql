SELECT set_config('lock_timeout', '2s', false);
