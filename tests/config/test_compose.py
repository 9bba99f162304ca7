"""docker-compose.yml, the Dockerfile and nginx.conf fit the code they start."""

import importlib
import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from daphne.cli import CommandLineInterface
from django.conf import settings
from django.core.management import get_commands
from django.urls import resolve

ROOT = Path(__file__).parent.parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
OURS = sorted(name for name, service in SERVICES.items() if "build" in service)
WORKERS = sorted(name for name in OURS if "worker" in SERVICES[name]["command"])
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
NGINX = (ROOT / "config" / "nginx.conf").read_text(encoding="utf-8")
VARIABLE = re.compile(r"\$\{([A-Z_]+)(:?[-?][^}]*)?\}")


def option(command, name):
    return command[command.index(name) + 1]


def test_the_processes_are_those_of_the_design():
    assert set(OURS) == {"migrate", "web", "answers", "embedding", "sync", "default", "beat", "model"}
    assert set(SERVICES) - set(OURS) == {"postgres", "redis", "nginx", "ollama"}
    assert SERVICES["postgres"]["image"].startswith("pgvector/pgvector:pg18")
    assert SERVICES["web"]["deploy"]["replicas"] >= 2
    assert SERVICES["beat"]["deploy"]["replicas"] == 1
    assert SERVICES["ollama"]["profiles"] == ["ollama"]


def test_only_nginx_is_reached_from_outside():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]


def test_every_volume_and_network_that_is_used_is_declared():
    for name, service in SERVICES.items():
        named = {v.split(":")[0] for v in service.get("volumes", []) if not v.startswith(("./", "/"))}
        assert named <= COMPOSE["volumes"].keys(), name
        assert set(service["networks"]) <= COMPOSE["networks"].keys(), name
        for source in (v.split(":")[0] for v in service.get("volumes", []) if v.startswith("./")):
            assert (ROOT / source).exists()


def test_a_service_waits_for_services_that_exist_and_say_how_they_are():
    for name, service in SERVICES.items():
        for other, how in (service.get("depends_on") or {}).items():
            assert other in SERVICES, name
            if how["condition"] == "service_healthy":
                assert "test" in SERVICES[other]["healthcheck"], other


@pytest.mark.parametrize("name", OURS)
def test_a_service_is_confined(name):
    service = SERVICES[name]

    assert (service["read_only"], service["cap_drop"], service["init"]) == (True, ["ALL"], True)
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", [name for name in OURS if SERVICES[name]["command"][:1] == ["python"]])
def test_a_python_command_exists(name):
    command = SERVICES[name]["command"]

    if command[1] == "-m":
        assert importlib.util.find_spec(command[2]) is not None
        assert importlib.util.find_spec(f"{command[2]}.__main__") is not None
    else:
        assert (ROOT / command[1]).exists()
        assert command[2] in get_commands()


def test_the_model_server_understands_its_command(monkeypatch):
    from config.modelserver.__main__ import arguments

    command = SERVICES["model"]["command"]
    monkeypatch.setattr(sys, "argv", command[2:])

    given = arguments()

    address = SERVICES["web"]["environment"]["EMBEDDED_MODEL_URL"]
    assert (given.host, f"http://model:{given.port}/v1" in address) == ("0.0.0.0", True)


@pytest.mark.parametrize("command", [SERVICES["web"]["command"], None], ids=["compose", "Dockerfile"])
def test_daphne_understands_its_command_and_finds_the_application(command):
    command = command or yaml.safe_load(re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)[-1])
    assert command[0] == "daphne"

    given = CommandLineInterface().parser.parse_args(command[1:])

    module, attribute = given.application.split(":")
    assert hasattr(importlib.import_module(module), attribute)
    assert given.port == 8000


@pytest.mark.parametrize("name", [*WORKERS, "beat"])
def test_celery_understands_its_command(name):
    command = SERVICES[name]["command"]
    assert (command[0], option(command, "--app")) == ("celery", "config")
    verb = "beat" if name == "beat" else "worker"

    described = subprocess.run(
        [sys.executable, "-m", "celery", "--app", "config", verb, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout

    wanted = {word.partition("=")[0] for word in command[command.index(verb) :] if word.startswith("--")}
    assert {word for word in wanted if word not in described} == set()


def test_every_queue_has_a_worker():
    served = {queue for name in WORKERS for queue in option(SERVICES[name]["command"], "--queues").split(",")}

    routed = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    assert served == routed | {settings.CELERY_TASK_DEFAULT_QUEUE}


def test_every_variable_is_one_that_the_code_reads():
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "config").glob("*.py"))
    given = {key for name in OURS for key in SERVICES[name]["environment"]}

    assert {key for key in given if f'"{key}"' not in code and f"'{key}'" not in code} == set()


def test_secrets_are_required_and_never_written_down():
    secret = re.compile(r"SECRET|PASSWORD|ENCRYPTION|REDISCLI_AUTH")
    for name, service in SERVICES.items():
        for key, value in service.get("environment", {}).items():
            if secret.search(key) or key in {"DATABASE_URL", "REDIS_URL"}:
                assert re.search(r"\$\{[A-Z_]+:\?[^}]+\}", value), f"{name}.{key}"
    used = {
        match[1]: match[2] for match in VARIABLE.finditer((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    }
    described = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
    assert {name for name, default in used.items() if default.startswith(":?") and name not in described} == set()


def test_the_web_process_knows_that_it_stands_behind_one_proxy():
    environment = SERVICES["web"]["environment"]

    assert (environment["BEHIND_PROXY"], environment["NUM_PROXIES"]) == ("true", "1")
    assert "--proxy-headers" in SERVICES["web"]["command"]


def test_everything_the_image_copies_exists_and_is_let_through():
    let_through = {
        line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line.startswith("!")
    }
    copied = [
        source
        for line in re.findall(r"^COPY (.*)$", DOCKERFILE, re.MULTILINE)
        if "--from=" not in line
        for source in [word for word in line.split() if not word.startswith("--")][:-1]
    ]

    assert [source for source in copied if not (ROOT / source).exists()] == []
    assert set(copied) == let_through


def test_the_image_holds_every_app():
    from django.apps import apps

    ours = {config.name.split(".")[0] for config in apps.get_app_configs() if Path(config.path).parent == ROOT}

    assert {app for app in ours if f" {app} ./{app}\n" not in DOCKERFILE} == set()


def test_the_image_runs_without_rights_from_locked_packages():
    users = re.findall(r"^USER (.*)$", DOCKERFILE, re.MULTILINE)

    assert users == ["otklik"]
    assert DOCKERFILE.index("USER otklik") < DOCKERFILE.rindex("\nCMD ")
    assert "--require-hashes" in DOCKERFILE
    assert "collectstatic" in DOCKERFILE
    assert "pybabel -q compile" in DOCKERFILE
    assert "/healthz" in DOCKERFILE[DOCKERFILE.index("HEALTHCHECK") :]


@pytest.mark.parametrize(
    "directive",
    [
        "proxy_http_version 1.1;",
        "proxy_set_header Upgrade $http_upgrade;",
        "proxy_set_header Connection $connection_upgrade;",
        "proxy_set_header X-Forwarded-For $remote_addr;",
        "proxy_set_header X-Forwarded-Proto $scheme_outside;",
        "proxy_set_header Host $http_host;",
        "location /ws/ {",
        "proxy_buffering off;",
        "underscores_in_headers off;",
        "client_max_body_size 3m;",
        "location = /metrics { return 404; }",
    ],
)
def test_nginx_does_what_the_application_relies_on(directive):
    assert directive in NGINX


def test_bodies_that_the_application_accepts_pass_nginx():
    sizes = sorted(int(size) * 1024 * 1024 for size in re.findall(r"client_max_body_size (\d+)m;", NGINX))

    assert sizes[0] > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert settings.UPLOAD_MAX_BYTES < sizes[-1] < settings.UPLOAD_MAX_BYTES + 4 * 1024 * 1024


def test_the_addresses_nginx_treats_specially_exist():
    asked = "/api/v1/assistants/01933b2e-0000-7000-8000-000000000001/ask/"
    patterns = [re.compile(pattern) for pattern in re.findall(r"location ~ (\S+) \{", NGINX)]

    for address in (asked, "/api/v1/documents/", "/api/v1/auth/token/", "/accounts/login/"):
        assert [pattern for pattern in patterns if pattern.search(address)], address
    for address in (asked, "/api/v1/auth/token/", "/accounts/login/"):
        resolve(address)


def test_nginx_accepts_its_configuration(tmp_path):
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None:
        pytest.skip("nginx is not installed here: its configuration was read, not run")
    text = (
        NGINX.replace("server web:8000 resolve ", "server 127.0.0.1:8000 ")  # a name of the compose network
        .replace("pid /tmp/nginx.pid;", f"pid {tmp_path}/nginx.pid;")
        .replace("/dev/stdout", f"{tmp_path}/access.log")
    )
    (tmp_path / "nginx.conf").write_text(text, encoding="utf-8")

    tried = subprocess.run(
        [nginx, "-t", "-c", str(tmp_path / "nginx.conf"), "-e", str(tmp_path / "error.log")],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )

    assert tried.returncode == 0, tried.stderr
