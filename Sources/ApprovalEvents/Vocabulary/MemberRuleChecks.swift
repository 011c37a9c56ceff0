import LedgerCrypto

// How a rule between members is checked. A member of the wrong type is reported where it stands; the rules
// then say nothing more about it.

extension MemberRule {
    func inspect(_ object: JSONNode, with inspector: inout Inspector) {
        switch self {
        case .exactlyOne(of: let names):
            if names.count(where: { object.member($0) != nil }) != 1 { inspector.report(id, words, at: object) }
        case .together(let names):
            if names.contains(where: { object.member($0) != nil }) { require(names, in: object, with: &inspector) }
        case .present(let name, requires: let other):
            if object.member(name) != nil { require([other], in: object, with: &inspector) }
        case .requires(let names, where: let name, isOneOf: let listed):
            if object.word(name, isOneOf: listed) { require(names, in: object, with: &inspector) }
        case .requiresOne(of: let names, where: let name, isOneOf: let listed):
            if object.word(name, isOneOf: listed), !names.contains(where: { object.member($0) != nil }) {
                inspector.report(id, words, at: object)
            }
        case .refuses(let names, where: let name, isOneOf: let listed):
            if object.word(name, isOneOf: listed) { refuse(names, in: object, with: &inspector) }
        case .neverBeside(let name, let other):
            if object.member(other) != nil { refuse([name], in: object, with: &inspector) }
        case .chain(let name, atMost: let count):
            inspectChain(name, count, in: object, with: &inspector)
        case .ordered, .atMostCount, .distinct, .reserved, .digest:
            inspectValues(object, with: &inspector)
        }
    }

    /// The rules that compare values, which JSON Schema cannot.
    private func inspectValues(_ object: JSONNode, with inspector: inout Inspector) {
        switch self {
        case .ordered(let low, let high):
            guard let first = object.member(low)?.integer, let last = object.member(high)?.integer else { return }
            if first > last { inspector.report(id, words, at: object, low) }
        case .atMostCount(let name, of: let items):
            guard let count = object.member(name)?.integer, let listed = object.member(items), listed.isArray,
                count > listed.items.count
            else { return }
            inspector.report(id, words, at: object, name)
        case .distinct(let name, in: let items):
            var seen: Set<Text> = []
            for item in object.items(items) {
                guard let text = item.member(name)?.string else { continue }
                if !seen.insert(text).inserted { inspector.report(id, words, at: item, name) }
            }
        case .reserved(let word, as: let name, in: let items):
            for item in object.items(items) where item.member(name)?.string == word {
                inspector.report(id, words, at: item, name)
            }
        case .digest(let name, of: let content):
            guard let text = object.member(name), text.isString, let content = object.member(content), content.isObject,
                content.member(MemberShape.concealedName) == nil,
                let digest = text.withStringBytes({ ContentDigest(bytes: $0) })
            else { return }
            let found = content.withCanonicalBytes { Digest.sha256(UnsafeRawBufferPointer($0)) }
            if found != digest.digest {
                inspector.report(id, "\(words) It is \(ContentDigest(found).text.string).", at: object, name)
            }
        default: break
        }
    }

    private func require(_ names: [Text], in object: JSONNode, with inspector: inout Inspector) {
        for name in names where object.member(name) == nil { inspector.report(id, words, at: object, name) }
    }

    private func refuse(_ names: [Text], in object: JSONNode, with inspector: inout Inspector) {
        for name in names where object.member(name) != nil { inspector.report(id, words, at: object, name) }
    }

    /// Reported at the first object that is one too deep. Each object of a chain is inspected for itself, so
    /// each of those beyond the end is named.
    private func inspectChain(_ name: Text, _ left: Int, in object: JSONNode, with inspector: inout Inspector) {
        guard let next = object.member(name), next.isObject else { return }
        if left == 0 {
            inspector.report(id, words, at: next)
        } else {
            inspectChain(name, left - 1, in: next, with: &inspector)
        }
    }
}

extension JSONNode {
    fileprivate func word(_ name: Text, isOneOf words: [Text]) -> Bool {
        guard let text = member(name)?.string else { return false }
        return words.contains(text)
    }

    /// The items of the list `name` of an object; none where there is no such list.
    fileprivate func items(_ name: Text) -> [JSONNode] { member(name).map { Array($0.items) } ?? [] }
}
