-- Cases, version 9: since when each has waited for the office that leads, and whether it went up.

ALTER TABLE work_case ADD COLUMN escalated BIGINT NOT NULL DEFAULT 0;
ALTER TABLE work_case ADD COLUMN since_us BIGINT NOT NULL DEFAULT 0;
--sqlite UPDATE work_case SET escalated = json_extract(state, '$.escalated');
--postgres UPDATE work_case SET escalated = CASE WHEN state::json->>'escalated' = 'true' THEN 1 ELSE 0 END;
-- Whenever an office got it, the beneficiary said that it is not solved, it began anew or its clock went on.
--sqlite UPDATE work_case SET since_us = (SELECT max(at_us) FROM case_step JOIN event ON seq = event_seq WHERE case_no = no AND (json_extract(step, '$.step') IN ('opened', 'handed-back', 'routed', 'escalated', 'resumed', 'reopened') OR json_extract(step, '$.step') = 'said' AND json_extract(step, '$.solved') = 0));
--postgres UPDATE work_case SET since_us = (SELECT max(at_us) FROM case_step JOIN event ON seq = event_seq WHERE case_no = no AND (step::json->>'step' IN ('opened', 'handed-back', 'routed', 'escalated', 'resumed', 'reopened') OR step::json->>'step' = 'said' AND step::json->>'solved' = 'false'));
-- What is kept of a case says it too, where replaying its steps puts it: the words of people have their quotes escaped,
-- so that this text stands there once.
UPDATE work_case SET state = replace(state, ',"state":"', ',"since_us":' || since_us || ',"state":"');

CREATE INDEX work_case_waiting ON work_case (kind, since_us) WHERE live = 1 AND escalated = 0;
