-- What those who read write about their own part in it. It is theirs: others see of it what they let be read.

CREATE TABLE reflections (
    id UUID PRIMARY KEY,
    coder_id VARCHAR NOT NULL REFERENCES coders (id),
    text VARCHAR NOT NULL USING COMPRESSION uncompressed CHECK (length(text) > 0),
    memo_id UUID REFERENCES decisions (id),
    written_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE reflections IS 'A reflection of somebody who reads; memo_id: it was a note on a passage first. For nobody else''s eyes unless reflection_choices says so.';

CREATE TABLE reflection_choices (
    reflection_id UUID NOT NULL REFERENCES reflections (id),
    number INTEGER NOT NULL CHECK (number >= 1),
    may_be_read BOOLEAN NOT NULL,
    chosen_at TIMESTAMP NOT NULL,
    PRIMARY KEY (reflection_id, number)
);
COMMENT ON TABLE reflection_choices IS 'Whether its writer lets a reflection be read and coded by the others, each change a new row.';

CREATE VIEW reflection_list AS
    SELECT r.id AS reflection_id, r.coder_id, k.letter, r.text, r.memo_id, r.written_at,
           coalesce(c.may_be_read, false) AS may_be_read, coalesce(c.number, 0) AS number
    FROM reflections r
    JOIN readers k ON k.coder_id = r.coder_id
    LEFT JOIN (
        SELECT reflection_id, number, may_be_read FROM reflection_choices
        QUALIFY row_number() OVER (PARTITION BY reflection_id ORDER BY number DESC) = 1
    ) c ON c.reflection_id = r.id;
COMMENT ON VIEW reflection_list IS 'Reflections with the letter of their writer and whether they may be read by others now.';
