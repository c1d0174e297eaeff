"""The same service over S3 (moto, on this machine): files go there, and links lead to them."""

import asyncio
from collections.abc import Iterator
from uuid import uuid4

import boto3
import httpx2
import pytest
import requests
from moto.server import ThreadedMotoServer

from promptreel import videos
from promptreel.asgi import create_app
from promptreel.runtime import open_runtime
from promptreel.settings import Settings
from promptreel.spec import Status

from .conftest import MakeAccount
from .test_worker import ended, submit, worker


@pytest.fixture
def storage_url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name, value in {"NO_PROXY": "127.0.0.1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}.items():
        monkeypatch.setenv(name, value)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    boto3.client("s3", endpoint_url=f"http://{host}:{port}", region_name="us-east-1").create_bucket(Bucket="films")
    yield f"s3://films/{uuid4().hex}?endpoint=http://{host}:{port}&region=us-east-1"
    server.stop()


@pytest.fixture
def settings(settings: Settings, storage_url: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("PROMPTREEL_STORAGE_URL", storage_url)  # for the worker's process
    return settings.model_copy(update={"storage_url": storage_url})


@pytest.mark.slow
async def test_a_video_goes_to_s3_and_comes_back(settings: Settings, make_account: MakeAccount) -> None:
    account, token = await make_account()
    async with open_runtime(settings) as runtime:
        async with worker(settings):
            video = await ended(runtime, await submit(runtime, account))
        assert video.status is Status.COMPLETED
        assert not list((settings.data / "files").rglob("*.mp4"))
        for redirect in (False, True):
            runtime.settings = settings.model_copy(update={"redirect_files": redirect})
            app = create_app(runtime.settings, runtime=runtime)
            async with app.router.lifespan_context(app):
                transport = httpx2.ASGITransport(app=app)
                async with httpx2.AsyncClient(transport=transport, base_url=settings.public_url) as client:
                    status = await client.get(
                        f"/api/v1/video/{video.id}/status", headers={"Authorization": f"Bearer {token}"}
                    )
                    got = await client.get(status.json()["video_url"], headers={"Range": "bytes=4-7"})
            if redirect:
                assert got.status_code == 307
                body = (await asyncio.to_thread(requests.get, got.headers["location"], timeout=10)).content[4:8]
            else:
                assert got.status_code == 206
                body = got.content
            assert body == b"ftyp"
        async with runtime.transaction() as connection:
            await videos.delete(connection, account.id, video.id)
