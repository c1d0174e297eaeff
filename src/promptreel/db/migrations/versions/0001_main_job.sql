-- The main job: accounts, tokens, quota, ledger, videos and their queue.
-- Procrastinate's own tables are applied before this file, from its own schema.

CREATE TABLE accounts (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    email text NOT NULL,
    tier text NOT NULL DEFAULT 'free',
    -- The tag of the account's newest video: the start of its next turn in the queue.
    last_tag bigint NOT NULL DEFAULT 0,
    suspended_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX accounts_email ON accounts (lower(email));

CREATE TABLE tokens (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    account_id bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    name text NOT NULL,
    scopes text[] NOT NULL,
    -- SHA-256 of the token, which itself is shown once and kept nowhere.
    hash bytea NOT NULL UNIQUE,
    last_four text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz
);
CREATE INDEX tokens_account ON tokens (account_id);

-- Calls per account and UTC day: a new day is a new row, so nothing has to reset anything.
CREATE TABLE usage_days (
    account_id bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    day date NOT NULL,
    used integer NOT NULL,
    -- What `used` was before the newest batch of calls: tells each batch how many of its calls were let through.
    used_before integer NOT NULL DEFAULT 0,
    -- The tier's limit when calls were last counted.
    day_limit integer NOT NULL,
    PRIMARY KEY (account_id, day)
);

-- The queue's clock, one row per pool of workers: the largest tag started so far. It never falls.
CREATE TABLE queue_clocks (
    pool text PRIMARY KEY,
    virtual_time bigint NOT NULL DEFAULT 0,
    -- Procrastinate's priority is an int4: priority = base - tag, and the base is moved up long before that overflows.
    base bigint NOT NULL DEFAULT 0
);

CREATE TABLE videos (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    public_id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    account_id bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    dialect text NOT NULL,
    status text NOT NULL DEFAULT 'pending'
        CHECK (status IN ('pending', 'processing', 'completed', 'failed', 'cancelled')),
    prompt text NOT NULL,
    quality text NOT NULL,
    spec jsonb NOT NULL,
    metadata jsonb NOT NULL DEFAULT '{}',
    webhook_url text,
    price integer NOT NULL CHECK (price >= 0),
    pool text NOT NULL,
    tag bigint NOT NULL,
    -- Procrastinate's job, which also breaks ties between equal tags: the order that workers really follow.
    job_id bigint NOT NULL,
    estimated_seconds real NOT NULL,
    -- The fence: every write of a worker names the attempt it belongs to.
    attempt integer NOT NULL DEFAULT 0,
    -- Attempts that ended because their worker was asked to stop: they do not count against the job.
    handed_back integer NOT NULL DEFAULT 0,
    progress real NOT NULL DEFAULT 0,
    step text NOT NULL DEFAULT '',
    progress_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    completed_at timestamptz,
    error text,
    error_code text,
    video_key text,
    thumbnail_key text,
    spritesheet_key text,
    file_bytes bigint,
    duration real,
    report jsonb
);
CREATE INDEX videos_newest ON videos (account_id, created_at DESC, id DESC);
CREATE INDEX videos_newest_by_status ON videos (account_id, status, created_at DESC, id DESC);
CREATE INDEX videos_waiting ON videos (pool, tag, job_id) INCLUDE (estimated_seconds) WHERE status = 'pending';
CREATE INDEX videos_waiting_of_account ON videos (account_id, tag, job_id) WHERE status = 'pending';
-- Without progress_at, so that a progress report changes no index.
CREATE INDEX videos_running ON videos (pool) WHERE status = 'processing';
CREATE INDEX videos_job ON videos (job_id);

-- Pictures made safe, kept beside the job so that both are accepted or refused together; dropped when the job ends.
CREATE TABLE video_pictures (
    video_id bigint NOT NULL REFERENCES videos ON DELETE CASCADE,
    place text NOT NULL CHECK (place IN ('image', 'last_image')),
    picture bytea NOT NULL,
    PRIMARY KEY (video_id, place)
);
ALTER TABLE video_pictures ALTER COLUMN picture SET STORAGE EXTERNAL;

CREATE TABLE idempotency_keys (
    account_id bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    route text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    answer jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, route, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

-- How long renders take, newest rows only: the source of every estimate.
CREATE TABLE render_times (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    engine text NOT NULL,
    quality text NOT NULL,
    video_seconds real NOT NULL,
    render_seconds real NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX render_times_newest ON render_times (engine, quality, id DESC);

-- Render slots that are alive, by heartbeat.
CREATE TABLE worker_slots (
    id uuid PRIMARY KEY,
    pool text NOT NULL,
    host text NOT NULL,
    pid integer NOT NULL,
    procrastinate_id bigint,
    started_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX worker_slots_pool ON worker_slots (pool, seen_at);

-- The ledger. Double entry: every transaction's entries add up to zero. Append-only: see the triggers below.
-- An account's book is 'available:<id>' and 'held:<id>'; the other sides are 'granted' and 'revenue'.
CREATE TABLE ledger_transactions (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    kind text NOT NULL CHECK (kind IN ('grant', 'hold', 'capture', 'release')),
    -- Exactly once: 'hold:<video>', 'capture:<video>', 'grant:<source>' …
    key text NOT NULL UNIQUE,
    account_id bigint NOT NULL,
    video_id bigint,
    actor text NOT NULL,
    reason text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ledger_transactions_account ON ledger_transactions (account_id, id DESC);

CREATE TABLE ledger_entries (
    transaction_id bigint NOT NULL REFERENCES ledger_transactions,
    line smallint NOT NULL,
    book text NOT NULL,
    amount bigint NOT NULL CHECK (amount <> 0),
    PRIMARY KEY (transaction_id, line)
);
CREATE INDEX ledger_entries_book ON ledger_entries (book);

-- What the ledger adds up to, kept so that a hold is one guarded UPDATE. `ledger audit` proves that they agree.
CREATE TABLE wallets (
    account_id bigint PRIMARY KEY,
    available bigint NOT NULL DEFAULT 0 CHECK (available >= 0),
    held bigint NOT NULL DEFAULT 0 CHECK (held >= 0)
);

CREATE FUNCTION promptreel_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: % on % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END;
$$;
CREATE TRIGGER ledger_transactions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transactions
    FOR EACH STATEMENT EXECUTE FUNCTION promptreel_refuse_change();
CREATE TRIGGER ledger_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries
    FOR EACH STATEMENT EXECUTE FUNCTION promptreel_refuse_change();

-- Checked at commit, so that a transaction's entries may be written one after the other.
CREATE FUNCTION promptreel_entries_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT coalesce(sum(amount), 0) FROM ledger_entries WHERE transaction_id = NEW.transaction_id) <> 0 THEN
        RAISE EXCEPTION 'ledger transaction % does not add up to zero', NEW.transaction_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;
CREATE CONSTRAINT TRIGGER ledger_entries_balance AFTER INSERT ON ledger_entries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION promptreel_entries_balance();

-- Every change of a video is told to whoever waits for it; `events` listens once per process.
CREATE FUNCTION promptreel_tell_video() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('promptreel_videos', NEW.id || ' ' || NEW.status);
    RETURN NULL;
END;
$$;
CREATE TRIGGER videos_tell AFTER INSERT OR UPDATE OF status, progress, step ON videos
    FOR EACH ROW EXECUTE FUNCTION promptreel_tell_video();
