-- An account's last tag, in each pool of slots by itself: a long queue for the one card says nothing of the others.
CREATE TABLE account_turns (
    account_id bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    pool text NOT NULL,
    last_tag bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, pool)
);
INSERT INTO account_turns SELECT id, 'render', last_tag FROM accounts WHERE last_tag > 0;
ALTER TABLE accounts DROP COLUMN last_tag;

-- A server that renders for us, as the workers found it. `failures` in a row open the breaker until `open_until`.
CREATE TABLE upstreams (
    engine text NOT NULL,
    url text NOT NULL,
    failures integer NOT NULL DEFAULT 0,
    open_until timestamptz NOT NULL DEFAULT '-infinity',
    checked_at timestamptz NOT NULL DEFAULT '-infinity',
    reason text NOT NULL DEFAULT '',
    PRIMARY KEY (engine, url)
);

-- One of a server's slots, taken for a video. It ends by itself: whoever took it may have been killed, and a server may go on
-- with a job that was cancelled.
CREATE TABLE upstream_leases (
    id uuid PRIMARY KEY,
    engine text NOT NULL,
    url text NOT NULL,
    video_id bigint NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX upstream_leases_of_server ON upstream_leases (engine, url);

-- What an attempt wants the next one to know: a job on another server that may still be running.
CREATE TABLE render_memos (
    video_id bigint PRIMARY KEY REFERENCES videos ON DELETE CASCADE,
    memo jsonb NOT NULL
);
