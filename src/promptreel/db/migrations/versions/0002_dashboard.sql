-- The dashboard: who signs in and how, what is shared, what operators did.

ALTER TABLE accounts
    -- argon2id; null for who has never chosen one (made on the command line, by a link or by another site's sign-in).
    ADD COLUMN password_hash text,
    ADD COLUMN verified_at timestamptz,
    ADD COLUMN operator boolean NOT NULL DEFAULT false,
    -- Belongs to promptreel itself (the films of the front page): nobody signs in as it, and it is listed nowhere.
    ADD COLUMN internal boolean NOT NULL DEFAULT false,
    -- What the person chose; null: what the browser says.
    ADD COLUMN locale text,
    ADD COLUMN zone text;
-- Who made them, on the command line, vouched for their addresses.
UPDATE accounts SET verified_at = now();
-- Who was here first runs the place.
UPDATE accounts SET operator = true WHERE id = (SELECT min(id) FROM accounts);

-- What the search of a gallery looks through: see `videos.searchable`. Not computed here: what a database knows of other
-- alphabets' letters depends on its locale, and ours has none.
ALTER TABLE videos ADD COLUMN search text NOT NULL DEFAULT '';
UPDATE videos SET search = lower(prompt);

-- Browser sessions. The cookie holds a random token, and only its SHA-256 is kept.
CREATE TABLE sessions (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    hash bytea NOT NULL UNIQUE,
    account_id bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    -- The operator who signed in as this account.
    operator_id bigint REFERENCES accounts ON DELETE CASCADE,
    agent text NOT NULL DEFAULT '',
    network text NOT NULL DEFAULT '',
    -- Shown on the next page and then dropped.
    notice jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);
CREATE INDEX sessions_account ON sessions (account_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- Links in letters (and on the console): good for one use, for a while.
CREATE TABLE letters (
    hash bytea PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    purpose text NOT NULL CHECK (purpose IN ('verify', 'reset', 'magic', 'start', 'change')),
    -- The address that it was sent to, and that using it proves.
    email text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);
CREATE INDEX letters_account ON letters (account_id);
CREATE INDEX letters_expiry ON letters (expires_at);

-- What is still to be written to people: requests, and letters that are yet to be sent. Never a code of a link.
CREATE TABLE outbox (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    kind text NOT NULL,
    detail jsonb NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    -- When it may be taken; whoever has taken it has moved this on.
    due_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX outbox_due ON outbox (due_at, id);
CREATE FUNCTION promptreel_tell_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('promptreel_outbox', '');
    RETURN NULL;
END;
$$;
CREATE TRIGGER outbox_tell AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION promptreel_tell_outbox();

-- Failed sign-ins, by 'account:<SHA-256 of the address>' and by 'network:<address>': what delays grow with.
CREATE TABLE failures (
    key text PRIMARY KEY,
    count integer NOT NULL,
    last_at timestamptz NOT NULL,
    free_at timestamptz NOT NULL
);
CREATE INDEX failures_age ON failures (last_at);

-- People as other sites know them (OpenID Connect).
CREATE TABLE identities (
    issuer text NOT NULL,
    subject text NOT NULL,
    account_id bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX identities_account ON identities (account_id);

-- A video that whoever has the link may watch. No row: not shared. A new row is a new link.
CREATE TABLE shares (
    video_id bigint PRIMARY KEY REFERENCES videos ON DELETE CASCADE,
    slug text NOT NULL UNIQUE,
    -- What its owner lets be known beside the film.
    show_prompt boolean NOT NULL DEFAULT true,
    indexable boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- The newest frame of what is being rendered. Unlogged: losing it costs nothing.
CREATE UNLOGGED TABLE previews (
    video_id bigint PRIMARY KEY REFERENCES videos ON DELETE CASCADE,
    picture bytea NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE previews ALTER COLUMN picture SET STORAGE EXTERNAL;

-- Pictures of a form that was not accepted yet, for a while: a browser forgets a chosen file.
CREATE UNLOGGED TABLE picture_drafts (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    account_id bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    picture bytea NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX picture_drafts_account ON picture_drafts (account_id, made_at DESC);
ALTER TABLE picture_drafts ALTER COLUMN picture SET STORAGE EXTERNAL;

-- Videos that ended before this moment are not told of in the queue strip any more.
ALTER TABLE accounts ADD COLUMN ended_seen_at timestamptz;
-- What has just ended, for the strip.
CREATE INDEX videos_just_ended ON videos (account_id, completed_at DESC) WHERE completed_at IS NOT NULL;

-- Calls per token and UTC day, as `usage_days` has them per account.
CREATE TABLE token_days (
    token_id bigint NOT NULL REFERENCES tokens ON DELETE CASCADE,
    day date NOT NULL,
    calls integer NOT NULL,
    PRIMARY KEY (token_id, day)
);

-- What operators did, and what concerns an account's safety. Append-only, like the ledger.
CREATE TABLE audit_log (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL DEFAULT now(),
    -- Who did it, as told then: accounts may go, the log stays.
    actor_id bigint,
    actor text NOT NULL,
    action text NOT NULL,
    account_id bigint,
    video_id bigint,
    detail jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_log_account ON audit_log (account_id, id DESC);
CREATE FUNCTION promptreel_refuse_log_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END;
$$;
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION promptreel_refuse_log_change();

-- Words that operators have blocked in the dashboard, beside those of the settings.
CREATE TABLE blocked_words (
    word text PRIMARY KEY CHECK (word <> ''),
    reason text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now()
);

-- What operators changed of tiers and qualities: `kind` and `name` as in `plans`, `changes` its fields.
CREATE TABLE plan_changes (
    kind text NOT NULL CHECK (kind IN ('tier', 'quality')),
    name text NOT NULL,
    changes jsonb NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kind, name)
);

CREATE FUNCTION promptreel_tell_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('promptreel_rules', '');
    RETURN NULL;
END;
$$;
CREATE TRIGGER plan_changes_tell AFTER INSERT OR UPDATE OR DELETE ON plan_changes
    FOR EACH STATEMENT EXECUTE FUNCTION promptreel_tell_rules();
CREATE TRIGGER blocked_words_tell AFTER INSERT OR UPDATE OR DELETE ON blocked_words
    FOR EACH STATEMENT EXECUTE FUNCTION promptreel_tell_rules();

-- What operators put into the places of the front page: a prompt of theirs, or a video that is there.
CREATE TABLE showcase_choices (
    place text PRIMARY KEY,
    prompt text,
    seed bigint,
    video_id bigint REFERENCES videos ON DELETE SET NULL
);
CREATE INDEX showcase_choices_video ON showcase_choices (video_id);

ALTER TABLE worker_slots
    -- An operator wants it to finish what it has and take no more.
    ADD COLUMN draining boolean NOT NULL DEFAULT false,
    ADD COLUMN video_id bigint,
    ADD COLUMN engine text NOT NULL DEFAULT '';

-- The account too: a live page waits for everything of its reader's, with the one listener of its process.
CREATE OR REPLACE FUNCTION promptreel_tell_video() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('promptreel_videos', NEW.id || ' ' || NEW.status || ' ' || NEW.account_id);
    RETURN NULL;
END;
$$;
