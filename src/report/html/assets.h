/* SPDX-License-Identifier: BSD-3-Clause */
/* The front end's texts, which embed.py puts into the library: UTF-8, NUL-terminated. */
#pragma once

extern const char html_asset_ladder_css[], html_asset_ladder_plain_css[], html_asset_page_css[],
	html_asset_page_js[];
