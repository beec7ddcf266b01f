"""The main job, shown: a gateway of its own, some forty pushes by the ParnasSys stand-in, and the proof."""
