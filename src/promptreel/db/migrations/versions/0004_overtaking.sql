-- Seconds of rendering (estimated) that went before the video out of turn, because their model was loaded and its was not.
-- Kept with the video, so that no kill and no number of slots can make it wait for more than the bound.
ALTER TABLE videos ADD COLUMN overtaken real NOT NULL DEFAULT 0;
