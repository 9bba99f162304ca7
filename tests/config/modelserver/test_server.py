"""The server as the real SDK and plain HTTP see it."""

import base64
import json
import math
import os
import signal
import socket
import struct
import subprocess
import sys
import time

import httpx
import openai
import pytest

from config.env import BASE_DIR
from config.modelserver import lexhash, tokens


@pytest.fixture(scope="module")
def server():
    command = [sys.executable, "-m", "config.modelserver", "--port", "0", "--delay-ms", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=BASE_DIR) as process:
        yield process.stdout.readline().split()[-1]
        process.terminate()
        assert process.wait(5) == 0


@pytest.fixture(scope="module")
def sdk(server):
    with openai.OpenAI(api_key="any", base_url=server, max_retries=0, timeout=10) as client:
        yield client


MESSAGES = [{"role": "user", "content": "Привет"}]


def test_a_whole_answer_is_a_chat_completion(sdk):
    completion = sdk.chat.completions.create(model="otklik-quote-1", messages=MESSAGES)

    assert completion.choices[0].message.content.startswith("Здравствуйте!")
    assert completion.choices[0].finish_reason == "stop"
    assert completion.model == "otklik-quote-1"
    assert completion.system_fingerprint == "extractive-quotes-no-language-model"
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens


def test_a_stream_is_the_same_text_word_by_word_with_usage_at_the_end(sdk):
    whole = sdk.chat.completions.create(model="otklik-quote-1", messages=MESSAGES)

    chunks = list(
        sdk.chat.completions.create(
            model="otklik-quote-1", messages=MESSAGES, stream=True, stream_options={"include_usage": True}
        )
    )

    pieces = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert "".join(pieces) == whole.choices[0].message.content
    assert len([piece for piece in pieces if piece]) > 10
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert chunks[-1].choices == []
    assert chunks[-1].usage == whole.usage
    assert len({chunk.id for chunk in chunks}) == 1


def test_usage_comes_only_when_asked_for_and_the_stream_ends_with_done(server):
    body = {"model": "otklik-quote-1", "messages": MESSAGES, "stream": True}

    with httpx.stream("POST", f"{server}/chat/completions", json=body) as response:
        lines = [line for line in response.iter_lines() if line]

    assert response.headers["content-type"] == "text/event-stream"
    assert lines[-1] == "data: [DONE]"
    assert all(line.startswith("data: ") for line in lines)
    assert "usage" not in json.loads(lines[-2].removeprefix("data: "))


def test_the_limit_of_tokens_cuts_the_answer(sdk):
    completion = sdk.chat.completions.create(model="otklik-quote-1", messages=MESSAGES, max_tokens=5)

    assert completion.choices[0].finish_reason == "length"
    assert completion.usage.completion_tokens <= 5
    assert tokens.count(completion.choices[0].message.content) <= 5


def test_vectors_come_as_numbers_and_as_base64(sdk, server):
    decoded = sdk.embeddings.create(model="lexhash-v1", input=["возврат", "доставка"])
    plain = httpx.post(f"{server}/embeddings", json={"model": "lexhash-v1", "input": "возврат"}).json()
    packed = httpx.post(
        f"{server}/embeddings", json={"model": "lexhash-v1", "input": "возврат", "encoding_format": "base64"}
    ).json()

    numbers = plain["data"][0]["embedding"]
    unpacked = struct.unpack("<1536f", base64.b64decode(packed["data"][0]["embedding"]))
    assert numbers == lexhash.embed("возврат")
    assert unpacked == pytest.approx(numbers, abs=1e-7)
    assert decoded.data[0].embedding == pytest.approx(numbers, abs=1e-7)
    assert [item.index for item in decoded.data] == [0, 1]


def test_dimensions_can_be_chosen(sdk):
    vector = sdk.embeddings.create(model="lexhash-v1", input="возврат", dimensions=256).data[0].embedding

    assert len(vector) == 256
    assert math.hypot(*vector) == pytest.approx(1, abs=1e-6)


def test_the_models_are_listed(sdk):
    assert [model.id for model in sdk.models.list()] == ["otklik-quote-1", "lexhash-v1"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/chat/completions", {"model": "gpt-4o", "messages": MESSAGES}, 404),
        ("/chat/completions", {"model": "otklik-quote-1"}, 400),
        ("/chat/completions", {"model": "otklik-quote-1", "messages": []}, 400),
        ("/chat/completions", [], 400),
        ("/embeddings", {"model": "lexhash-v1", "input": []}, 400),
        ("/embeddings", {"model": "lexhash-v1", "input": "x", "dimensions": 0}, 400),
        ("/embeddings", {"model": "lexhash-v1", "input": "x", "dimensions": 10**9}, 400),
        ("/nothing", {}, 404),
        ("/__faults", [], 404),
    ],
)
def test_bad_calls_are_refused_in_the_api_s_own_shape(server, path, body, status):
    response = httpx.post(f"{server}{path}", json=body)

    assert response.status_code == status
    assert response.json()["error"]["message"]


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"GET /v1/models HTTP/3\r\n\r\n",
        b"POST /v1/embeddings HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"POST /v1/embeddings HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
        b"POST /v1/embeddings HTTP/1.1\r\nContent-Length: 4\r\nConnection: close\r\n\r\n\xff\xfe{}",
        b"GET /" + b"x" * 70_000,
        b"",
    ],
)
def test_what_is_not_http_is_refused_and_the_server_lives_on(server, sent):
    host, port = server.removeprefix("http://").split("/")[0].split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        received = connection.recv(4096)

    assert received == b"" or received.startswith((b"HTTP/1.1 4", b"HTTP/1.1 5"))
    assert httpx.get(server.removesuffix("/v1") + "/healthz").json() == {"status": "ok"}


def test_one_connection_serves_many_requests(server):
    with httpx.Client() as client:
        answers = [client.get(f"{server}/models") for _ in range(5)]

    assert {answer.status_code for answer in answers} == {200}
    assert {answer.headers["connection"] for answer in answers} == {"keep-alive"}


def test_many_streams_run_side_by_side(server):
    from concurrent.futures import ThreadPoolExecutor

    def ask(_):
        with openai.OpenAI(api_key="any", base_url=server, max_retries=0, timeout=20) as client:
            stream = client.chat.completions.create(model="otklik-quote-1", messages=MESSAGES, stream=True)
            return "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)

    with ThreadPoolExecutor(20) as threads:
        assert len(set(threads.map(ask, range(40)))) == 1


def test_it_starts_at_once_is_small_and_imports_neither_django_nor_celery():
    command = [sys.executable, "-X", "importtime", "-m", "config.modelserver", "--port", "0"]
    started = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=BASE_DIR) as process:
        process.stdout.readline()
        seconds = time.monotonic() - started
        with open(f"/proc/{process.pid}/status") as status:  # noqa: PTH123 -- not a file of ours
            resident = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
        os.kill(process.pid, signal.SIGTERM)
        imported = process.stderr.read()

    assert seconds < 2  # about 0.2 on an idle machine
    assert resident < 60_000
    assert "django" not in imported
    assert "celery" not in imported


def test_vectors_of_words_in_another_form_are_close_and_of_others_are_not():
    def likeness(one, other):
        return sum(a * b for a, b in zip(lexhash.embed(one), lexhash.embed(other), strict=True))

    assert likeness("возврат товара", "возврата товаров") > 0.6
    assert abs(likeness("возврат товара", "цвет ткани")) < 0.15
    assert lexhash.embed("ЁЛКА") == lexhash.embed("елка")


@pytest.mark.parametrize("text", ["", "   ", "?!", "🙂", "\0"])
def test_a_text_without_words_has_a_vector_too(text):
    assert math.hypot(*lexhash.embed(text)) == pytest.approx(1)


def test_vectors_are_the_same_on_every_machine():
    vector = lexhash.embed("Возврат в течение 30 дней")

    assert [(index, round(value, 6)) for index, value in enumerate(vector) if value][:3] == REFERENCE


REFERENCE = [(137, -0.164399), (154, -0.164399), (366, 0.164399)]
