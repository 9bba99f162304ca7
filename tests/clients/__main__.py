"""Generate a Python and a TypeScript client and compile both: ``python -m tests.clients [folder]``.

Without Node the TypeScript client is left out, and said so.
"""

import compileall
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
PATIENCE = 300
TYPESCRIPT = ("openapi-typescript@7", "typescript@5")
CALL = """import type { paths, components } from "./otklik";

type Ask = paths["/api/v1/assistants/{uuid}/ask/"]["post"];
const question: Ask["requestBody"]["content"]["application/json"] = { text: "How long does delivery take?" };
const problem: components["schemas"]["Problem"] = { type: "t", title: "t", status: 404, code: "not_found" };
export { question, problem };
"""


def describe(folder: Path) -> Path:
    """Write the description."""
    import django
    from django.core.management import call_command

    django.setup()
    schema = folder / "schema.yml"
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(schema))
    return schema


def run(*command: str, cwd: Path) -> None:
    """Run a program to its end; its words are shown when it fails."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=PATIENCE, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")


def python_client(schema: Path, folder: Path) -> Path:
    """Generate the Python client and compile every module of it."""
    target = folder / "python"
    generator = Path(sys.executable).with_name("openapi-python-client")
    run(
        str(generator), "generate", "--path", str(schema), "--output-path", str(target), "--meta", "none",
        "--overwrite",
        cwd=folder,
    )  # fmt: skip
    modules = [path for path in target.rglob("*.py") if path.name != "__init__.py"]
    if not modules or not compileall.compile_dir(target, quiet=1, force=True):
        raise SystemExit("The Python client does not compile.")
    return target


def typescript_client(schema: Path, folder: Path) -> Path | None:
    """Generate the TypeScript client and let the compiler check a call of it; nothing without Node."""
    if not shutil.which("npx"):
        return None
    target = folder / "typescript"
    target.mkdir(exist_ok=True)
    run("npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(target), *TYPESCRIPT, cwd=target)
    programs = target / "node_modules" / ".bin"
    run(str(programs / "openapi-typescript"), str(schema), "-o", str(target / "otklik.d.ts"), cwd=target)
    (target / "call.ts").write_text(CALL)
    run(str(programs / "tsc"), "--strict", "--noEmit", "--skipLibCheck", "false", "call.ts", cwd=target)
    return target


def main() -> None:
    """Make both clients in a folder, by default one that is thrown away."""
    kept = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory(prefix="otklik-clients-") as passing:
        folder = kept or Path(passing)
        folder.mkdir(parents=True, exist_ok=True)
        schema = describe(folder)
        modules = list(python_client(schema, folder).rglob("*.py"))
        sys.stdout.write(f"Python: {len(modules)} modules compile.\n")
        made = typescript_client(schema, folder)
        words = "a strict call compiles" if made else "left out, there is no Node here"
        sys.stdout.write(f"TypeScript: {words}.\n")


if __name__ == "__main__":
    main()
