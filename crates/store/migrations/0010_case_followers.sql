-- Case followers, version 10: who raised a problem or handed it on, and may follow it wherever it goes.

CREATE TABLE case_follower (
    account TEXT NOT NULL,
    case_no BIGINT NOT NULL,
    PRIMARY KEY (account, case_no)
)
--sqlite WITHOUT ROWID
;

-- What was filed is followed from its filing. Others that raise cases are no accounts: nobody signs in by their names.
--sqlite INSERT INTO case_follower SELECT DISTINCT actor, case_no FROM case_step JOIN event ON seq = event_seq JOIN work_case ON no = case_no WHERE duty IS NULL AND json_extract(work_case.state, '$.opening.filing') IS NULL AND json_extract(step, '$.step') IN ('opened', 'handed-back', 'routed', 'escalated', 'joined');
--postgres INSERT INTO case_follower SELECT DISTINCT actor, case_no FROM case_step JOIN event ON seq = event_seq JOIN work_case ON no = case_no WHERE duty IS NULL AND work_case.state::json->'opening'->>'filing' IS NULL AND step::json->>'step' IN ('opened', 'handed-back', 'routed', 'escalated', 'joined');
