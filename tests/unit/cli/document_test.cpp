#include "cli/output/document.hpp"

#include <doctest/doctest.h>

using namespace terrace::cli;

namespace {

Document a_document() {
    Document document;
    document.title = "Gains & <costs>";
    document.blocks = {
        Heading{"One"}, Paragraph{"a < b | c *d*"}, Points{{"first", "sec`ond`"}},
        DocumentTable{"Sizes",
                      {{"Package"}, {"Bytes", Align::right}},
                      {{{"zlib|<script>", Paint::strong}, {"12", Paint::good}}, {{"x\ny"}, {"3"}}}},
        Figure{"Plot", "What it \"shows\"", "<?xml?>\n<!DOCTYPE svg>\n<svg><g/></svg>\n",
               "plot.svg"}};
    return document;
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a page is one file, escaped, with a table that says what is a heading") {
    const std::string page = to_html(a_document());
    CAPTURE(page);
    CHECK(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
    CHECK(has(page, "<title>Gains &amp; &lt;costs&gt;</title>"));
    CHECK(has(page, "<h1>Gains &amp; &lt;costs&gt;</h1>"));
    CHECK(has(page, "<caption>Sizes</caption>"));
    CHECK(has(page, "<th scope=\"col\">Package</th><th scope=\"col\" class=\"number\">Bytes</th>"));
    CHECK(has(page,
              "<th scope=\"row\" class=\"strong\">zlib|&lt;script&gt;</th>"
              "<td class=\"number good\">12</td>"));
    CHECK(has(page, "aria-label=\"What it &quot;shows&quot;\">\n<svg><g/></svg>"));
    CHECK_FALSE(has(page, "<script"));
    CHECK_FALSE(has(page, "<!DOCTYPE svg"));
    CHECK_FALSE(has(page, "http"));
    CHECK(has(page, "prefers-color-scheme: dark"));
}

TEST_CASE("Markdown takes nothing in a text for its own") {
    CHECK(to_markdown(a_document()) == R"(# Gains \& \<costs>

## One

a \< b \| c \*d\*

- first
- sec\`ond\`

**Sizes**

| Package | Bytes |
| --- | ---: |
| zlib\|\<script> | 12 |
| x y | 3 |

**Plot**

![What it "shows"](<plot.svg>)

)");
}

TEST_CASE("a picture that a form cannot hold is left out") {
    Document document;
    document.blocks = {Figure{"Plot", "What it shows", "", ""}};
    CHECK_FALSE(has(to_html(document), "<figure>"));
    CHECK_FALSE(has(to_markdown(document), "Plot"));
}
