-- Who stands for a record is asked whenever something happens to it, and who stands for none is an officer: neither may
-- take longer because a hundred thousand firms have an account.
CREATE INDEX account_record ON account (record_kind, record_id);
