-- People who sign in: what each may do, their links, and the sessions of their browsers.

CREATE TABLE access_changes (
    number BIGINT PRIMARY KEY CHECK (number >= 1),
    coder_id VARCHAR NOT NULL REFERENCES coders (id),
    roles VARCHAR[] NOT NULL CHECK (list_has_all(['reviewer', 'analyst', 'methodologist', 'admin'], roles)),
    by_id VARCHAR REFERENCES coders (id),
    changed_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE access_changes IS 'What people who sign in may do from then on, each change a new row; no roles: access was taken away. by_id: who did it in the browser; nobody: it was done at the terminal.';

CREATE TABLE sign_in_links (
    id VARCHAR PRIMARY KEY,
    number BIGINT NOT NULL UNIQUE CHECK (number >= 1),
    digest VARCHAR NOT NULL,
    access_number BIGINT NOT NULL REFERENCES access_changes (number),
    by_id VARCHAR REFERENCES coders (id),
    made_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL CHECK (expires_at > made_at)
);
COMMENT ON TABLE sign_in_links IS 'Links by which a person signs in, once each. digest is the SHA-256 of the secret, which is kept nowhere. A link holds for the access under which it was made, until it expires or a newer one is made.';

CREATE TABLE sessions (
    id VARCHAR PRIMARY KEY,
    digest VARCHAR NOT NULL,
    link_id VARCHAR NOT NULL REFERENCES sign_in_links (id),
    form_id VARCHAR NOT NULL,
    begun_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE sessions IS 'Browsers that were signed in with a link. digest is the SHA-256 of what the cookie holds; form_id is the form that used the link up, so that pressing its button twice signs in once.';

CREATE TABLE session_days (
    session_id VARCHAR NOT NULL REFERENCES sessions (id),
    day DATE NOT NULL,
    PRIMARY KEY (session_id, day)
);
COMMENT ON TABLE session_days IS 'The days on which a session was used, no finer: one that is not used for long ends.';

CREATE TABLE session_ends (
    session_id VARCHAR PRIMARY KEY REFERENCES sessions (id),
    ended_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE session_ends IS 'Sessions that were signed out.';

CREATE VIEW access AS
    SELECT coder_id, number, roles, changed_at
    FROM access_changes
    QUALIFY row_number() OVER (PARTITION BY coder_id ORDER BY number DESC) = 1;
COMMENT ON VIEW access IS 'What each person to whom access was ever given may do now; without roles: nothing any more.';

CREATE OR REPLACE VIEW readers AS
    SELECT id AS coder_id, name, role, trained_on, added_at,
           'Reader ' || CASE WHEN place <= 26 THEN chr((64 + place)::INTEGER) ELSE place::VARCHAR END AS letter, reads
    FROM (
        SELECT c.*, row_number() OVER (ORDER BY added_at, id) AS place,
               coalesce(role = 'reviewer', false)
               OR id IN (SELECT coder_id FROM access_changes WHERE list_contains(roles, 'reviewer')) AS reads
        FROM coders c
    );
COMMENT ON VIEW readers IS 'People, with the letter by which reports and other readers know them; reads: whether they read here, or did once.';
