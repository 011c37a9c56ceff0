/// Charts as inline SVG: no script, no fonts of their own, colours from the page so that both themes and print work.
/// Every chart stands above a table with the same numbers and says nothing by colour alone.
enum Chart {
    /// Stacked columns, one for each day.
    static func columns(title: String, days: [String], series: [(label: String, values: [Int])]) -> HTML {
        let (left, top, height, bottom) = (36, 8, 160, 34)
        let step = max(6, min(44, 760 / max(1, days.count)))
        let width = left + step * days.count + 8
        let totals = days.indices.map { day in series.reduce(0) { $0 + $1.values[day] } }
        let scale = Scale(maximum: totals.max() ?? 0, length: height)
        var parts: [HTML] = [el("title", [], .text(title))]
        for tick in scale.ticks {
            let y = top + height - scale.length(of: tick)
            parts.append(line(left, y, width - 8, y, "grid"))
            parts.append(label("\(tick)", left - 6, y + 4, anchor: "end"))
        }
        for day in days.indices {
            var below = 0
            let x = left + step * day + 1
            for (number, one) in series.enumerated() where one.values[day] > 0 {
                let from = scale.length(of: below)
                below += one.values[day]
                let to = scale.length(of: below)
                parts.append(bar(x, top + height - to, max(2, step - 3), max(1, to - from), number))
            }
            // As many dates as fit beside each other.
            if day % max(1, (46 + step - 1) / step) == 0 {
                parts.append(label(String(days[day].dropFirst(5)), x, top + height + 16, anchor: "start"))
            }
        }
        parts.append(line(left, top + height, width - 8, top + height, "axis"))
        return drawing(title, width, top + height + bottom, parts, series.map(\.label))
    }

    /// Stacked bars, one row for each label.
    static func rows(title: String, labels: [String], series: [(label: String, values: [Int])]) -> HTML {
        let (left, step, length) = (58, 22, 620)
        let totals = labels.indices.map { row in series.reduce(0) { $0 + $1.values[row] } }
        let scale = Scale(maximum: totals.max() ?? 0, length: length)
        var parts: [HTML] = [el("title", [], .text(title))]
        for row in labels.indices {
            let y = 4 + step * row
            parts.append(label(labels[row], left - 8, y + 13, anchor: "end"))
            var before = 0
            for (number, one) in series.enumerated() where one.values[row] > 0 {
                let from = scale.length(of: before)
                before += one.values[row]
                // One exception among thousands must still be seen.
                let to = max(scale.length(of: before), from + 3)
                parts.append(bar(left + from, y, to - from, step - 6, number))
            }
            parts.append(label("\(totals[row])", left + scale.length(of: totals[row]) + 8, y + 13, anchor: "start"))
        }
        return drawing(title, left + length + 60, 8 + step * labels.count, parts, series.map(\.label))
    }

    private static func drawing(
        _ title: String, _ width: Int, _ height: Int, _ parts: [HTML], _ legend: [String]
    ) -> HTML {
        el(
            "div", [("class", "chart")],
            el(
                "ul", [("class", "legend")],
                each: legend.enumerated().map { number, text in
                    el("li", [], el("span", [("class", "key s\(number)")]), .text(text))
                }),
            el(
                "div", [("class", "wide"), ("role", "region"), ("tabindex", "0"), ("aria-label", title)],
                el(
                    "svg",
                    [
                        ("role", "img"), ("viewBox", "0 0 \(width) \(height)"), ("width", "\(width)"),
                        ("height", "\(height)"),
                    ],
                    each: parts)))
    }

    private static func bar(_ x: Int, _ y: Int, _ width: Int, _ height: Int, _ series: Int) -> HTML {
        el(
            "rect",
            [
                ("x", "\(x)"), ("y", "\(y)"), ("width", "\(width)"), ("height", "\(height)"), ("class", "s\(series)"),
            ])
    }

    private static func line(_ x1: Int, _ y1: Int, _ x2: Int, _ y2: Int, _ style: String) -> HTML {
        el("line", [("x1", "\(x1)"), ("y1", "\(y1)"), ("x2", "\(x2)"), ("y2", "\(y2)"), ("class", style)])
    }

    private static func label(_ text: String, _ x: Int, _ y: Int, anchor: String) -> HTML {
        el("text", [("x", "\(x)"), ("y", "\(y)"), ("text-anchor", anchor)], .text(text))
    }
}

/// A linear scale from zero, in whole steps, so that the same numbers draw the same picture everywhere.
private struct Scale {
    let maximum: Int
    let length: Int
    let ticks: [Int]

    init(maximum: Int, length: Int) {
        var step = 1
        var factors = [2, 5, 10]
        var base = 1
        while step * 4 < maximum {
            step = base * factors.removeFirst()
            if factors.isEmpty { (base, factors) = (step, [2, 5, 10]) }
        }
        let top = max(1, (maximum + step - 1) / step) * step
        self.maximum = top
        self.length = length
        ticks = Array(stride(from: 0, through: top, by: step))
    }

    func length(of value: Int) -> Int {
        value * length / maximum
    }
}
