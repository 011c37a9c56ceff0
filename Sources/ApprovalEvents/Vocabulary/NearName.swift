// A hint for a name that is not known but looks like one that is.

/// " Did you mean X?", or nothing.
func hint(_ name: Text, among known: [Text]) -> String {
    let written = plain(name)
    guard written.count <= 64 else { return "" }
    let allowed = written.count < 5 ? 1 : 2
    let near = known.map { (name: $0, distance: distance(written, plain($0))) }
        .filter { $0.distance <= allowed }
        .min { $0.distance < $1.distance }
    return near.map { " Did you mean \($0.name.string)?" } ?? ""
}

/// A name from a submission, if it is one that a message can repeat.
func quoted(_ name: Text) -> String {
    name.utf8.count <= 64 && name.isPlain ? name.string : "of this name (\(name.utf8.count) bytes)"
}

/// The name's bytes without what people write differently: case, underscores, hyphens.
private func plain(_ name: Text) -> [UInt8] {
    name.utf8.compactMap { byte in
        switch byte {
        case UInt8(ascii: "_"), UInt8(ascii: "-"): nil
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
        default: byte
        }
    }
}

/// How many bytes must be put in, taken out or changed to make one of the other (Levenshtein).
private func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
    var row = Array(0...other.count)
    for (index, byte) in one.enumerated() {
        var diagonal = row[0]
        row[0] = index + 1
        for (column, against) in other.enumerated() {
            let changed = diagonal + (byte == against ? 0 : 1)
            diagonal = row[column + 1]
            row[column + 1] = min(changed, min(row[column], row[column + 1]) + 1)
        }
    }
    return row[other.count]
}
