-- Buoys, what they measure, and their readings.

CREATE TABLE parameter (
    id      smallint PRIMARY KEY,
    name    text NOT NULL UNIQUE,
    label   text NOT NULL,
    unit    text NOT NULL,
    minimum double precision NOT NULL,
    maximum double precision NOT NULL,
    CHECK (minimum < maximum)
);
COMMENT ON TABLE parameter IS 'Measured quantities by CF standard name, with the range outside of which a value is no sea water.';

INSERT INTO parameter (id, name, label, unit, minimum, maximum) VALUES
    (1, 'sea_water_temperature', 'Water temperature', 'degC', -3, 45),
    (2, 'sea_water_practical_salinity', 'Salinity', '1', 0, 50),
    (3, 'moles_of_oxygen_per_unit_mass_in_sea_water', 'Dissolved oxygen', 'umol/kg', 0, 1000),
    (4, 'sea_water_ph_reported_on_total_scale', 'pH (total scale)', '1', 5, 10);

CREATE TABLE buoy (
    id           integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code         text NOT NULL UNIQUE CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    name         text NOT NULL CHECK (name <> ''),
    token_sha256 bytea NOT NULL CHECK (octet_length(token_sha256) = 32),
    enrolled_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN buoy.token_sha256 IS 'SHA-256 of the bearer token; the token itself is stored nowhere.';

-- One narrow row per buoy that every batch updates: it makes the exact number of readings cheap, and the lock on it
-- puts batches of one buoy in order. Room in the page keeps those updates out of the index.
CREATE TABLE buoy_activity (
    buoy_id            integer PRIMARY KEY REFERENCES buoy,
    readings           bigint NOT NULL DEFAULT 0 CHECK (readings >= 0),
    first_seen         timestamptz,
    last_seen          timestamptz,
    latest_observed_at timestamptz
) WITH (fillfactor = 50);

-- The receipt of a reading. A unique key of a hypertable must contain the time, so a hypertable alone cannot promise
-- that (buoy, boot_id, seq) is stored once: the same number with another time would pass. This plain table promises it.
CREATE TABLE reading (
    buoy_id     integer NOT NULL REFERENCES buoy,
    boot_id     bigint NOT NULL CHECK (boot_id >= 0),
    seq         bigint NOT NULL CHECK (seq >= 0),
    observed_at timestamptz NOT NULL CHECK (observed_at >= '2020-01-01T00:00:00Z'),
    received_at timestamptz NOT NULL DEFAULT now(),
    latitude    double precision NOT NULL CHECK (latitude BETWEEN -90 AND 90),
    longitude   double precision NOT NULL CHECK (longitude BETWEEN -180 AND 180),
    depth_cm    integer NOT NULL CHECK (depth_cm >= 0),
    content     bytea NOT NULL CHECK (octet_length(content) = 32),
    PRIMARY KEY (buoy_id, boot_id, seq)
);
COMMENT ON COLUMN reading.content IS 'SHA-256 of the canonical content: tells a repeated reading from a different one.';
CREATE INDEX reading_by_time ON reading (buoy_id, observed_at, boot_id, seq);

-- One row per measured value. The key holds boot_id and seq because two readings may carry the same moment (a clock set
-- back), and both are data.
CREATE TABLE observation (
    observed_at  timestamptz NOT NULL,
    buoy_id      integer NOT NULL REFERENCES buoy,
    parameter_id smallint NOT NULL REFERENCES parameter,
    boot_id      bigint NOT NULL,
    seq          bigint NOT NULL,
    depth_cm     integer NOT NULL,
    value        double precision CHECK (abs(value) < 1e9), -- NaN sorts above all numbers, so this refuses it too
    qc           smallint NOT NULL DEFAULT 2 CHECK (qc IN (1, 2, 3, 4, 9)),
    qc_tests     integer NOT NULL DEFAULT 0,
    CHECK ((value IS NULL) = (qc = 9)),
    PRIMARY KEY (buoy_id, parameter_id, observed_at, boot_id, seq)
);
COMMENT ON COLUMN observation.qc IS 'QARTOD flag: 1 good, 2 not evaluated, 3 suspect, 4 fail, 9 missing.';
COMMENT ON COLUMN observation.qc_tests IS 'Bit mask of the quality tests that did not pass.';

-- The primary key serves every query; a second index on time alone would only cost writes.
SELECT create_hypertable('observation', by_range('observed_at', INTERVAL '7 days'), create_default_indexes => false);
