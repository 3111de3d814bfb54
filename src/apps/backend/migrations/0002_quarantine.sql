-- Readings that came under a number that another reading already has. They are never overwritten and never dropped:
-- somebody has to look at them.

CREATE TABLE quarantine (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    buoy_id     integer NOT NULL REFERENCES buoy,
    boot_id     bigint NOT NULL,
    seq         bigint NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    reason      text NOT NULL,
    reading     jsonb NOT NULL,
    content     bytea NOT NULL CHECK (octet_length(content) = 32),
    -- A buoy that sends the same wrong reading again and again fills one row.
    UNIQUE (buoy_id, boot_id, seq, content)
);
