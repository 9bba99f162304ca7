"""Pictures of the made-up shop's linen, drawn from the address alone: the same address is always the same picture."""

from typing import Final

from config.wbsandbox.chance import code

WIDTH, HEIGHT = 516, 688
PREFIX: Final = "/pictures/"
CONTENT_TYPE: Final = "image/svg+xml"
# cloth, its shadow, and the wall behind
COLOURS: Final = (
    ("#efe8da", "#d8cdb8", "#b9c3bd"), ("#a9b39a", "#8d987d", "#ece4d6"), ("#5b5f63", "#45494d", "#d9d4cb"),
    ("#d3a9a5", "#b98c88", "#f0ebe4"), ("#b9684a", "#9a5238", "#eae0d2"), ("#93a6b5", "#778b9b", "#f1ece2"),
    ("#c99b3f", "#aa7f2c", "#e8e3d9"), ("#cbbca0", "#ae9f83", "#8f9a96"),
)  # fmt: skip
FOLDS: Final = 6


def draw(path: str) -> bytes:
    """Return a picture of folded cloth for an address below ``PREFIX``."""
    product, _, shot = path.replace("/c516x688/", "/big/").partition("/big/")
    seed = int(code("picture", product, shot, length=12), 36)
    cloth, shade, wall = COLOURS[int(code("cloth", product, length=6), 36) % len(COLOURS)]
    tilt, left = seed // 8 % 15 - 7, 70 + seed // 128 % 40
    top, step = 190 + seed // 5120 % 60, 52
    folds = "".join(
        f'<rect x="{left + fold * 5}" y="{top + fold * step}" width="{WIDTH - 2 * left - fold * 7}" '
        f'height="{step + 8}" rx="18" fill="{cloth if fold % 2 else shade}"/>'
        for fold in range(FOLDS)
    )
    weave = "".join(
        f'<path d="M{left} {top + line * 13}H{WIDTH - left}" stroke="{shade}" stroke-opacity=".35"/>'
        for line in range(1, FOLDS * step // 13)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{wall}"/>'
        f'<rect y="{HEIGHT - 170}" width="{WIDTH}" height="170" fill="{shade}" fill-opacity=".45"/>'
        f'<ellipse cx="{WIDTH // 2}" cy="{HEIGHT - 140}" rx="{WIDTH // 2 - left + 14}" ry="26" fill-opacity=".18"/>'
        f'<g transform="rotate({tilt} {WIDTH // 2} {HEIGHT // 2})">{folds}{weave}</g></svg>'
    ).encode()
