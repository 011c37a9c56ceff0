import MerkleTree

/// Why a head was not cosigned, as C2SP tlog-witness tells the cases apart.
public enum Refusal: Error, Hashable, Sendable {
    /// The body is no request, or not in its one form.
    case malformed(String)
    /// No log of this origin is witnessed here.
    case unknownLog
    /// No known key of the log signed, or a signature under a known key's name is bad.
    case untrusted(String)
    /// The request starts from a larger tree than it leads to.
    case oldSizeBeyond(old: TreeSize, size: TreeSize)
    /// The request does not start from the size that was cosigned last, which is this one.
    case otherSize(TreeSize)
    /// The tree does not continue the one that was cosigned last.
    case inconsistent(String)
}

extension Refusal: CustomStringConvertible {
    public var description: String {
        switch self {
        case .malformed(let what): what
        case .unknownLog: "no log of this origin is witnessed here"
        case .untrusted(let what): what
        case .oldSizeBeyond(let old, let size): "the old size \(old) is beyond the checkpoint's, \(size)"
        case .otherSize(let size): "the head that was cosigned last has the size \(size)"
        case .inconsistent(let what): what
        }
    }
}
