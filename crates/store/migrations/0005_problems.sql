-- Cases, version 10: problems are found by what they are about, among many more gaps.
CREATE INDEX work_case_problem ON work_case (about_kind, no) WHERE duty IS NULL;
