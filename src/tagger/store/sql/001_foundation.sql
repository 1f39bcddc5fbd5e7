-- The tables of a study. Machine rows carry ids derived from their content, human rows ids made by whoever acted.
-- Human work is only ever added to: no statement in this project updates or deletes it, "current" is always a view.
-- Columns with people's words are stored uncompressed, so that a search of the file's bytes can prove an erasure.
-- Times are UTC. Positions are code points. No index is created by hand (PRIMARY KEY and UNIQUE bring their own).

COMMENT ON TABLE migrations IS 'The steps that made this schema, each written in the transaction that ran it.';

CREATE TABLE study (
    only_row BOOLEAN PRIMARY KEY DEFAULT true CHECK (only_row),
    secret BLOB NOT NULL,
    created_at TIMESTAMP NOT NULL,
    tagger_version VARCHAR NOT NULL
);
COMMENT ON TABLE study IS 'One row: the secret that keys every hash made of people''s words or file names, and when the study began.';

-- Runs and their ledger -------------------------------------------------------------------------------------------

CREATE TABLE runs (
    id VARCHAR PRIMARY KEY,
    started_at TIMESTAMP NOT NULL,
    engine VARCHAR NOT NULL,
    dataset VARCHAR NOT NULL,
    framework_id VARCHAR,
    model_id VARCHAR,
    settings VARCHAR NOT NULL,
    tagger_version VARCHAR NOT NULL
);
COMMENT ON TABLE runs IS 'A batch run that stored something; settings is JSON.';

CREATE TABLE run_ends (
    run_id VARCHAR PRIMARY KEY REFERENCES runs (id),
    ended_at TIMESTAMP NOT NULL,
    seconds DOUBLE NOT NULL CHECK (seconds >= 0),
    counts VARCHAR NOT NULL
);
COMMENT ON TABLE run_ends IS 'How a run ended; a run without a row here was stopped and can be started again. counts is JSON.';

CREATE TABLE ledger (
    key VARCHAR PRIMARY KEY,
    stage VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL REFERENCES runs (id),
    n_rows BIGINT NOT NULL CHECK (n_rows >= 0),
    merged_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE ledger IS 'The pieces of work that are done: one row per shard, written in the transaction that stored its rows.';

-- Transcripts -----------------------------------------------------------------------------------------------------

CREATE TABLE datasets (
    id VARCHAR PRIMARY KEY CHECK (length(id) > 0),
    attributes VARCHAR NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE datasets IS 'A named set of transcripts from one context; attributes is JSON.';

CREATE TABLE participants (id VARCHAR PRIMARY KEY);
COMMENT ON TABLE participants IS 'Pseudonyms (P01 ...): the unit of withdrawal, and of clustering where one person has several transcripts.';

CREATE TABLE permissions (
    participant_id VARCHAR NOT NULL REFERENCES participants (id),
    may_process BOOLEAN NOT NULL,
    may_quote BOOLEAN NOT NULL,
    withdraw_by DATE,
    recorded_at TIMESTAMP NOT NULL,
    PRIMARY KEY (participant_id, recorded_at)
);
COMMENT ON TABLE permissions IS 'What a participant allowed, each change a new row.';

CREATE TABLE transcripts (
    id VARCHAR PRIMARY KEY,
    dataset VARCHAR NOT NULL REFERENCES datasets (id),
    source VARCHAR NOT NULL USING COMPRESSION uncompressed,
    kind VARCHAR NOT NULL CHECK (kind IN ('interview', 'group', 'observation', 'consultation', 'reflection')),
    language VARCHAR NOT NULL,
    UNIQUE (dataset, source)
);
COMMENT ON TABLE transcripts IS 'One recording or document. The id is opaque and never changes; source is the file with its folder, never shown to readers.';

CREATE TABLE revisions (
    id VARCHAR PRIMARY KEY,
    transcript_id VARCHAR NOT NULL REFERENCES transcripts (id),
    number INTEGER NOT NULL CHECK (number >= 1),
    text VARCHAR NOT NULL USING COMPRESSION uncompressed,
    text_key VARCHAR NOT NULL,
    content_key VARCHAR NOT NULL,
    format VARCHAR NOT NULL,
    encoding VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL,
    UNIQUE (transcript_id, number)
);
COMMENT ON TABLE revisions IS 'The text of a transcript at one time; the one with the highest number is live. text_key and content_key are keyed hashes of the text and of the file''s bytes.';

CREATE TABLE twins (
    dataset VARCHAR NOT NULL,
    source VARCHAR NOT NULL USING COMPRESSION uncompressed,
    content_key VARCHAR NOT NULL,
    text_key VARCHAR NOT NULL,
    transcript_id VARCHAR NOT NULL REFERENCES transcripts (id),
    run_id VARCHAR NOT NULL,
    PRIMARY KEY (dataset, source, content_key)
);
COMMENT ON TABLE twins IS 'Files that held the words of a transcript that was there already; they are not read again while its words are these.';

CREATE TABLE offset_maps (
    revision_id VARCHAR NOT NULL REFERENCES revisions (id),
    old_start INTEGER NOT NULL,
    new_start INTEGER NOT NULL,
    length INTEGER NOT NULL CHECK (length > 0),
    PRIMARY KEY (revision_id, new_start)
);
COMMENT ON TABLE offset_maps IS 'The stretches that a revision shares, character for character, with the one before it.';

CREATE TABLE speakers (
    id VARCHAR PRIMARY KEY,
    transcript_id VARCHAR NOT NULL REFERENCES transcripts (id),
    label_key VARCHAR NOT NULL,
    pseudonym VARCHAR NOT NULL,
    UNIQUE (transcript_id, label_key)
);
COMMENT ON TABLE speakers IS 'A speaker of one transcript. label_key is a keyed hash of the name in the source; the name itself is not stored.';

CREATE TABLE speaker_beliefs (
    speaker_id VARCHAR NOT NULL REFERENCES speakers (id),
    number INTEGER NOT NULL CHECK (number >= 1),
    asks BOOLEAN,
    standing VARCHAR[] NOT NULL,
    participant_id VARCHAR REFERENCES participants (id),
    basis VARCHAR NOT NULL CHECK (basis IN ('guessed', 'corrected')),
    run_id VARCHAR NOT NULL,
    PRIMARY KEY (speaker_id, number)
);
COMMENT ON TABLE speaker_beliefs IS 'What is believed of a speaker: guessed at import, then corrected by people, each change a new row. asks NULL: unknown, kept as evidence.';

CREATE TABLE turns (
    revision_id VARCHAR NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 0),
    start INTEGER NOT NULL CHECK (start >= 0),
    "end" INTEGER NOT NULL,
    speaker_id VARCHAR,
    begins DOUBLE,
    ends DOUBLE,
    PRIMARY KEY (revision_id, position),
    CHECK ("end" > start)
);
COMMENT ON TABLE turns IS 'The turns of a revision: text[start:end] by one speaker; begins and ends are seconds.';

CREATE TABLE tombstones (
    source_key VARCHAR PRIMARY KEY,
    reason VARCHAR NOT NULL CHECK (reason IN ('withdrawn', 'replaced')),
    laid_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE tombstones IS 'Sources that must not come back: a run refuses them and says so.';

-- Excerpts and vectors --------------------------------------------------------------------------------------------

CREATE TABLE segmentations (id VARCHAR PRIMARY KEY, settings VARCHAR NOT NULL);
COMMENT ON TABLE segmentations IS 'A way of cutting transcripts into excerpts; settings is JSON.';

CREATE TABLE excerpts (
    id VARCHAR PRIMARY KEY,
    transcript_id VARCHAR NOT NULL,
    segmentation_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('passage', 'exchange')),
    revision_id VARCHAR NOT NULL,
    start INTEGER NOT NULL CHECK (start >= 0),
    "end" INTEGER NOT NULL,
    text VARCHAR NOT NULL USING COMPRESSION uncompressed,
    sentence_starts INTEGER[] NOT NULL,
    sentence_ends INTEGER[] NOT NULL,
    text_key VARCHAR NOT NULL,
    parent_id VARCHAR,
    UNIQUE (segmentation_id, kind, revision_id, start, "end"),
    CHECK ("end" > start),
    CHECK (len(sentence_starts) = len(sentence_ends))
);
COMMENT ON TABLE excerpts IS 'An excerpt in the revision where it was first cut. Sentences are relative to start. parent_id: the excerpt whose borders a person moved.';

CREATE TABLE placements (
    excerpt_id VARCHAR NOT NULL,
    revision_id VARCHAR NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    first_turn INTEGER NOT NULL,
    last_turn INTEGER NOT NULL,
    PRIMARY KEY (excerpt_id, revision_id),
    CHECK ("end" > start AND last_turn >= first_turn)
);
COMMENT ON TABLE placements IS 'Where an excerpt lies in each revision that still holds it, character for character.';

CREATE TABLE models (
    id VARCHAR PRIMARY KEY,
    name VARCHAR NOT NULL,
    revision VARCHAR NOT NULL,
    weights_sha256 VARCHAR NOT NULL,
    dimension INTEGER NOT NULL CHECK (dimension > 0)
);
COMMENT ON TABLE models IS 'The encoders whose vectors are stored here.';

CREATE TABLE vectors (
    model_id VARCHAR NOT NULL,
    text_key VARCHAR NOT NULL,
    part INTEGER NOT NULL CHECK (part >= 0),
    vector FLOAT[] NOT NULL,
    PRIMARY KEY (model_id, text_key, part)
);
COMMENT ON TABLE vectors IS 'Unit vectors by text, once per model: part 0 is the excerpt, part n its n-th sentence.';

-- Frameworks and suggestions --------------------------------------------------------------------------------------

CREATE TABLE frameworks (
    id VARCHAR PRIMARY KEY,
    name VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    content VARCHAR NOT NULL
);
COMMENT ON TABLE frameworks IS 'Each version of a framework that was used: id is a hash of its content (JSON), name its own id.';

CREATE TABLE framework_values (
    framework_id VARCHAR NOT NULL REFERENCES frameworks (id),
    value_id VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    layer VARCHAR NOT NULL,
    unit VARCHAR NOT NULL CHECK (unit IN ('passage', 'exchange')),
    stands_for VARCHAR,
    meaning_revised BOOLEAN NOT NULL,
    PRIMARY KEY (framework_id, value_id),
    UNIQUE (framework_id, position)
);
COMMENT ON TABLE framework_values IS 'The values of a framework in its order; meaning_revised: the author says that more than the wording changed.';

CREATE TABLE scorings (
    id VARCHAR PRIMARY KEY,
    dataset VARCHAR NOT NULL,
    framework_id VARCHAR NOT NULL,
    model_id VARCHAR NOT NULL,
    segmentation_id VARCHAR NOT NULL,
    settings VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL
);
COMMENT ON TABLE scorings IS 'One comparison of all live excerpts of a dataset with all values of a framework, by one model and one set of settings.';

CREATE TABLE scoring_uses (
    dataset VARCHAR NOT NULL,
    number INTEGER NOT NULL CHECK (number >= 1),
    framework VARCHAR NOT NULL,
    scoring_id VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL,
    PRIMARY KEY (dataset, number)
);
COMMENT ON TABLE scoring_uses IS 'Which scoring a dataset uses, each change a new row: the highest number per dataset and framework is current, so going back to earlier settings repeats no work.';

CREATE TABLE scores (
    scoring_id VARCHAR NOT NULL,
    excerpt_id VARCHAR NOT NULL,
    scores FLOAT[] NOT NULL,
    PRIMARY KEY (scoring_id, excerpt_id)
);
COMMENT ON TABLE scores IS 'The score of every excerpt with every value, in the framework''s order, shown or not.';

CREATE TABLE suggestions (
    id VARCHAR PRIMARY KEY,
    scoring_id VARCHAR NOT NULL,
    excerpt_id VARCHAR NOT NULL,
    value_id VARCHAR NOT NULL,
    rank INTEGER NOT NULL CHECK (rank >= 1),
    score DOUBLE NOT NULL,
    evidence_start INTEGER NOT NULL CHECK (evidence_start >= 0),
    evidence_end INTEGER NOT NULL,
    cue VARCHAR NOT NULL,
    UNIQUE (scoring_id, excerpt_id, value_id),
    CHECK (evidence_end > evidence_start)
);
COMMENT ON TABLE suggestions IS 'The machine''s: a value that an excerpt may show. Evidence is the sentence (relative to the excerpt) and the cue that matched.';

-- People: what was served and shown, what they decided ------------------------------------------------------------

CREATE TABLE coders (
    id VARCHAR PRIMARY KEY,
    name VARCHAR NOT NULL,
    role VARCHAR CHECK (role IN ('reviewer', 'analyst', 'methodologist', 'admin')),
    trained_on DATE,
    added_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE coders IS 'People who read: reviewers of this study (with a role) and coders of imported codings (without). Reports call them Reader A, B, C.';

CREATE TABLE draws (
    id VARCHAR PRIMARY KEY,
    purpose VARCHAR NOT NULL CHECK (purpose IN ('audit', 'arm', 'order', 'double coding')),
    frame VARCHAR NOT NULL,
    seed BIGINT NOT NULL,
    drawn_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE draws IS 'A random draw: the frame it was made from (JSON) and its seed.';

CREATE TABLE draw_strata (
    draw_id VARCHAR NOT NULL REFERENCES draws (id),
    stratum VARCHAR NOT NULL,
    population BIGINT NOT NULL CHECK (population >= 0),
    sample BIGINT NOT NULL CHECK (sample BETWEEN 0 AND population),
    PRIMARY KEY (draw_id, stratum)
);
COMMENT ON TABLE draw_strata IS 'N_h (population) and n_h (sample) of each stratum of a draw.';

CREATE TABLE servings (
    id UUID PRIMARY KEY,
    excerpt_id VARCHAR NOT NULL,
    coder_id VARCHAR NOT NULL REFERENCES coders (id),
    reason VARCHAR NOT NULL CHECK (reason IN ('random', 'likely', 'uncertain', 'audit', 'chosen')),
    arm VARCHAR NOT NULL CHECK (arm IN ('blind', 'assisted')),
    draw_id VARCHAR REFERENCES draws (id),
    stratum VARCHAR,
    inclusion_probability DOUBLE CHECK (inclusion_probability > 0 AND inclusion_probability <= 1),
    position INTEGER NOT NULL,
    served_at TIMESTAMP NOT NULL,
    CHECK (reason NOT IN ('random', 'audit') OR (draw_id IS NOT NULL AND inclusion_probability IS NOT NULL)),
    CHECK (reason <> 'audit' OR arm = 'blind')
);
COMMENT ON TABLE servings IS 'An excerpt given to a person to read: why, in which arm, how probable it was, in which place.';

CREATE TABLE displays (
    id UUID PRIMARY KEY,
    coder_id VARCHAR NOT NULL REFERENCES coders (id),
    excerpt_id VARCHAR NOT NULL,
    shown VARCHAR NOT NULL CHECK (shown IN ('suggestion', 'reading', 'rate')),
    suggestion_id VARCHAR,
    coding_id VARCHAR,
    page VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    shown_at TIMESTAMP NOT NULL,
    CHECK ((shown = 'suggestion') = (suggestion_id IS NOT NULL)),
    CHECK ((shown = 'reading') = (coding_id IS NOT NULL))
);
COMMENT ON TABLE displays IS 'Something that was shown to a person, on any page, whether or not a decision followed.';

CREATE TABLE decisions (
    id UUID PRIMARY KEY,
    coder_id VARCHAR NOT NULL REFERENCES coders (id),
    excerpt_id VARCHAR NOT NULL,
    serving_id UUID REFERENCES servings (id),
    act VARCHAR NOT NULL CHECK (act IN ('accept', 'reject', 'choose', 'unsure', 'skip', 'done', 'nothing here',
                                        'something not on our list', 'adjust', 'memo', 'undo')),
    framework_id VARCHAR REFERENCES frameworks (id),
    value_id VARCHAR,
    suggestion_id VARCHAR,
    undoes UUID REFERENCES decisions (id),
    note VARCHAR USING COMPRESSION uncompressed,
    round VARCHAR NOT NULL CHECK (round IN ('before talk', 'after talk')),
    suggestions_seen_before INTEGER NOT NULL CHECK (suggestions_seen_before >= 0),
    decided_at TIMESTAMP NOT NULL,
    CHECK (act NOT IN ('accept', 'reject') OR (suggestion_id IS NOT NULL AND value_id IS NOT NULL)),
    CHECK (act <> 'choose' OR value_id IS NOT NULL),
    CHECK (act NOT IN ('done', 'nothing here') OR framework_id IS NOT NULL),
    CHECK ((act = 'undo') = (undoes IS NOT NULL)),
    CHECK (act <> 'memo' OR note IS NOT NULL)
);
COMMENT ON TABLE decisions IS 'A person''s act on an excerpt. Added to, never changed; undo is one more row.';

CREATE TABLE imports (
    id VARCHAR PRIMARY KEY,
    made VARCHAR NOT NULL CHECK (made IN ('independently', 'after-suggestions', 'unknown')),
    file_key VARCHAR NOT NULL,
    imported_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE imports IS 'A table of manual codings brought in, and how its codings were made.';

CREATE TABLE imported_rows (
    import_id VARCHAR NOT NULL REFERENCES imports (id),
    number INTEGER NOT NULL CHECK (number >= 1),
    transcript_id VARCHAR NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    coder_id VARCHAR NOT NULL REFERENCES coders (id),
    value_ids VARCHAR[] NOT NULL,
    PRIMARY KEY (import_id, number),
    CHECK ("end" > start)
);
COMMENT ON TABLE imported_rows IS 'What the table said, row by row, before it was matched to excerpts; no value_ids: coded with no value.';

CREATE TABLE codings (
    id VARCHAR PRIMARY KEY,
    excerpt_id VARCHAR NOT NULL,
    coder_id VARCHAR NOT NULL REFERENCES coders (id),
    framework_id VARCHAR NOT NULL REFERENCES frameworks (id),
    kind VARCHAR NOT NULL CHECK (kind IN ('blind', 'own-first', 'assisted', 'after-talk', 'imported')),
    made VARCHAR CHECK (made IN ('independently', 'after-suggestions', 'unknown')),
    round VARCHAR NOT NULL CHECK (round IN ('before talk', 'after talk')),
    outcome VARCHAR NOT NULL CHECK (outcome IN ('values', 'nothing here', 'unsure', 'skipped', 'something not on our list')),
    matched VARCHAR CHECK (matched IN ('whole', 'part')),
    serving_id UUID REFERENCES servings (id),
    decision_id UUID REFERENCES decisions (id),
    import_id VARCHAR REFERENCES imports (id),
    trained_on DATE,
    suggestions_seen_before INTEGER CHECK (suggestions_seen_before >= 0),
    coded_at TIMESTAMP NOT NULL,
    CHECK ((kind = 'imported') = (made IS NOT NULL)),
    CHECK ((kind = 'imported') = (import_id IS NOT NULL)),
    CHECK ((kind = 'imported') = (matched IS NOT NULL)),
    CHECK (kind = 'imported' OR decision_id IS NOT NULL),
    CHECK (kind NOT IN ('blind', 'own-first') OR serving_id IS NOT NULL),
    CHECK ((kind = 'after-talk') = (round = 'after talk') OR kind = 'imported'),
    CHECK (kind = 'imported' OR suggestions_seen_before IS NOT NULL)
);
COMMENT ON TABLE codings IS 'What a person holds an excerpt to show. The kinds are never pooled; only blind ones, and imported ones made independently in a column of their own, enter headline statistics.';

CREATE TABLE coding_answers (
    coding_id VARCHAR NOT NULL REFERENCES codings (id),
    value_id VARCHAR NOT NULL,
    answer VARCHAR NOT NULL CHECK (answer IN ('yes', 'no')),
    PRIMARY KEY (coding_id, value_id)
);
COMMENT ON TABLE coding_answers IS 'Explicit yes and explicit no; a value without a row was not asked.';

CREATE TABLE positions (
    id UUID PRIMARY KEY,
    coder_id VARCHAR NOT NULL REFERENCES coders (id),
    about VARCHAR NOT NULL CHECK (about IN ('coding', 'framework')),
    about_id VARCHAR NOT NULL,
    position VARCHAR NOT NULL CHECK (position IN ('agree', 'can live with', 'object')),
    reason VARCHAR USING COMPRESSION uncompressed,
    stated_at TIMESTAMP NOT NULL,
    CHECK (position <> 'object' OR coalesce(length(reason), 0) > 0)
);
COMMENT ON TABLE positions IS 'Consent: agree, can live with, or object with a reason, on a coding or on a framework change.';

CREATE TABLE commitments (
    number BIGINT PRIMARY KEY,
    row_table VARCHAR NOT NULL,
    row_id VARCHAR NOT NULL,
    salt BLOB,
    commitment BLOB NOT NULL,
    previous BLOB NOT NULL
);
COMMENT ON TABLE commitments IS 'A chain of salted commitments to human rows: erasing a row and its salt leaves a chain that still verifies.';
