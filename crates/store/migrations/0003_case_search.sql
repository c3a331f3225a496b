-- Cases, version 3: further ways to search them, and the links by which beneficiaries are asked.

-- What `state` says of where the case stands, of whether its clock stands still, and of why it ended.
ALTER TABLE work_case ADD COLUMN stage TEXT NOT NULL DEFAULT 'open';
ALTER TABLE work_case ADD COLUMN paused BIGINT NOT NULL DEFAULT 0;
--sqlite UPDATE work_case SET stage = json_extract(state, '$.state'), paused = json_extract(state, '$.paused_at') IS NOT NULL;
--postgres UPDATE work_case SET stage = state::json->>'state', paused = CASE WHEN state::json->>'paused_at' IS NULL THEN 0 ELSE 1 END;

-- One index for each way in which a worklist is read in order of what is due.
DROP INDEX work_case_office;
CREATE INDEX work_case_due ON work_case (due_at_us, no) WHERE live = 1;
CREATE INDEX work_case_area ON work_case (area, due_at_us, no) WHERE live = 1;
CREATE INDEX work_case_department ON work_case (department, due_at_us, no) WHERE live = 1;

-- Who holds a link may answer for the beneficiary of its case. Only a digest of the link is kept.
CREATE TABLE case_link (
    token_hash TEXT PRIMARY KEY,
    case_no    BIGINT NOT NULL,
    made_by    TEXT NOT NULL,
    made_at_us BIGINT NOT NULL
);
