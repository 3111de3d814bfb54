-- Buoys that only try whether the way from the sea to the database works. What they send is no measurement: it is stored
-- as that of all others, and given out only to those who name the buoy.

ALTER TABLE buoy ADD COLUMN canary boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN buoy.canary IS 'A simulated buoy of a promotion: nothing of it belongs to the collection.';
