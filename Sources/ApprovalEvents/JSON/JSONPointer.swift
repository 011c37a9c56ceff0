/// Where a value stands in a JSON document (RFC 6901).
///
/// A step further costs one small allocation whatever the depth, for pointers are made while events are checked and
/// read only when one is refused.
public struct JSONPointer: Sendable {
    /// A name in an object, or a position in an array.
    public enum Step: Hashable, Sendable {
        case name(Text)
        case index(Int)
    }

    private indirect enum Path: Sendable {
        case whole
        case inside(Path, Step)
    }

    private let path: Path

    private init(_ path: Path) { self.path = path }

    /// The whole document.
    public static let root = JSONPointer(.whole)

    public func appending(_ name: Text) -> JSONPointer { JSONPointer(.inside(path, .name(name))) }
    public func appending(_ index: Int) -> JSONPointer { JSONPointer(.inside(path, .index(index))) }

    /// This place, seen from a document in which the whole of this one stands at `outer`.
    public func inside(_ outer: JSONPointer) -> JSONPointer {
        steps.reduce(outer) { JSONPointer(.inside($0.path, $1)) }
    }

    public init(_ steps: some Sequence<Step>) {
        self = steps.reduce(.root) { JSONPointer(.inside($0.path, $1)) }
    }

    /// From the outside in.
    public var steps: [Step] {
        var steps: [Step] = []
        var rest = path
        while case .inside(let outer, let step) = rest {
            steps.append(step)
            rest = outer
        }
        return steps.reversed()
    }
}

extension JSONPointer: Hashable {
    public static func == (left: JSONPointer, right: JSONPointer) -> Bool { left.steps == right.steps }
    public func hash(into hasher: inout Hasher) { hasher.combine(steps) }
}

extension JSONPointer: CustomStringConvertible {
    /// The text of RFC 6901 §3: empty for the whole document, `~0` for `~`, `~1` for `/`.
    public var description: String {
        var text: [UInt8] = []
        for step in steps {
            text.append(UInt8(ascii: "/"))
            switch step {
            case .index(let index): text += String(index).utf8
            case .name(let name):
                for byte in name.utf8 {
                    switch byte {
                    case UInt8(ascii: "~"): text += "~0".utf8
                    case UInt8(ascii: "/"): text += "~1".utf8
                    default: text.append(byte)
                    }
                }
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
