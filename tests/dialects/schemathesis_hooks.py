"""What the schema language cannot say: which text is a picture, and which URL is one."""

import base64
import io

import schemathesis
from hypothesis import strategies
from PIL import Image

file = io.BytesIO()
Image.new("RGB", (8, 6), "teal").save(file, "PNG")
PICTURE = base64.b64encode(file.getvalue()).decode()

schemathesis.openapi.format("picture", strategies.sampled_from([PICTURE, f"data:image/png;base64,{PICTURE}"]))
schemathesis.openapi.format(
    "http-url", strategies.sampled_from(["https://example.com/hook", "http://example.com/?a=b"])
)
