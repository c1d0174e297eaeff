"""Safe pictures in; frames → H.264 MP4, poster and spritesheet out; a probe of finished files."""

from promptreel.media.encoder import Encoded, Encoder, Spritesheet
from promptreel.media.frames import frame_at
from promptreel.media.pictures import decode_picture, encode_picture, safe_picture, safe_picture_isolated
from promptreel.media.probing import Probe, check, probe

__all__ = [
    "Encoded",
    "Encoder",
    "Probe",
    "Spritesheet",
    "check",
    "decode_picture",
    "encode_picture",
    "frame_at",
    "probe",
    "safe_picture",
    "safe_picture_isolated",
]
