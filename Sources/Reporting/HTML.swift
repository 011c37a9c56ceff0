/// A piece of a page. Text is escaped where it is written out, so nothing that an event says can become markup.
indirect enum HTML: Sendable, ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
    case text(String)
    case element(String, [(name: String, value: String)], [HTML])
    case list([HTML])

    init(stringLiteral value: String) {
        self = .text(value)
    }

    /// Elements without content, which HTML writes without an end tag.
    private static let void: Set<String> = ["meta", "br", "hr"]

    func write(to page: inout String) {
        switch self {
        case .text(let text):
            Self.escape(text, to: &page)
        case .list(let items):
            for item in items { item.write(to: &page) }
        case .element(let name, let attributes, let children):
            page += "<\(name)"
            for attribute in attributes {
                page += " \(attribute.name)=\""
                Self.escape(attribute.value, to: &page)
                page += "\""
            }
            page += ">"
            guard !Self.void.contains(name) else { return }
            for child in children { child.write(to: &page) }
            page += "</\(name)>"
            if Self.breaksAfter.contains(name) { page += "\n" }
        }
    }

    private static let breaksAfter: Set<String> = [
        "p", "tr", "table", "section", "h1", "h2", "h3", "li", "ul", "header", "main", "svg", "head", "body", "div",
        "nav",
        "style", "title", "caption", "thead", "tbody", "figure", "figcaption", "footer", "details", "dl", "dd",
    ]

    /// Escapes for content and quoted attributes alike. What a reader cannot see (controls, and the marks that
    /// turn the direction of writing) is shown by its code point: it could make one text look like another.
    static func escape(_ text: String, to page: inout String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": page += "&amp;"
            case "<": page += "&lt;"
            case ">": page += "&gt;"
            case "\"": page += "&quot;"
            case "'": page += "&#39;"
            case _ where scalar.isHidden: page += "⟨U+\(String(scalar.value, radix: 16, uppercase: true))⟩"
            default: page.unicodeScalars.append(scalar)
            }
        }
    }
}

extension Unicode.Scalar {
    /// Controls, line separators, zero-width and bidirectional marks, tags, private use.
    fileprivate var isHidden: Bool {
        switch value {
        case 0x0A: false
        case 0..<0x20, 0x7F..<0xA0, 0xAD, 0x061C, 0x180E, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF,
            0xFFF9...0xFFFB, 0xE000...0xF8FF, 0xE0000...0x10FFFF:
            true
        default: false
        }
    }
}

/// `el("p", "text")`, `el("a", [("href", "#x")], "text")`.
func el(_ name: String, _ attributes: [(String, String)] = [], _ children: HTML...) -> HTML {
    .element(name, attributes.map { (name: $0.0, value: $0.1) }, children)
}

func el(_ name: String, _ attributes: [(String, String)] = [], each children: [HTML]) -> HTML {
    .element(name, attributes.map { (name: $0.0, value: $0.1) }, children)
}

/// A table with a caption, a head and row headers, inside a box that scrolls by itself on a narrow screen.
func table(
    _ caption: String, id: String? = nil, head: [String], rows: [[HTML]], numbers: Set<Int> = []
) -> HTML {
    let headings = head.enumerated().map { place, text in
        el("th", [("scope", "col")] + (numbers.contains(place) ? [("class", "n")] : []), .text(text))
    }
    let body = rows.map { cells in
        el(
            "tr",
            each: cells.enumerated().map { place, cell in
                let style = numbers.contains(place) ? [("class", "n")] : []
                return place == 0 ? el("th", [("scope", "row")] + style, cell) : el("td", style, cell)
            })
    }
    return el(
        "div", [("class", "wide"), ("role", "region"), ("tabindex", "0"), ("aria-label", caption)],
        el(
            "table", id.map { [("id", $0)] } ?? [], el("caption", [], .text(caption)),
            el("thead", [], el("tr", each: headings)), el("tbody", each: body)))
}
