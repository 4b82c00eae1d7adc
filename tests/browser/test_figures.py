"""A figure in a notebook follows the theme of the program that shows the notebook."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from playwright.sync_api import Browser

from heinit_lab.figures.show import figure, image, picture, size


@pytest.mark.parametrize(
    "body", ['data-jp-theme-light="false"', 'class="vscode-dark"', 'data-jp-theme-light="true"']
)
def test_a_figure_is_dark_where_the_theme_is_dark(browser: Browser, body: str) -> None:
    fig, _ = figure(2, 1)
    page = browser.new_page()
    page.set_content(f"<body {body}>{image(picture(fig), 'Empty axes.', *size(fig))}</body>")
    with Image.open(io.BytesIO(page.locator("img").screenshot())) as shown:
        corner = shown.convert("L").getpixel((shown.width // 2, 3))
    page.close()
    assert isinstance(corner, (int, float))
    assert (corner < 80) is ("true" not in body)
