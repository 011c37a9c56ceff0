/// A typed object of the vocabulary, described once: the shape that its JSON must have, how a value is made
/// from it, and how it is written again.
///
/// The members are listed in the order of the initialiser that they are given to, so the compiler checks that
/// the description and the type agree: a member's Swift type says whether it is required and what it may hold.
package struct ObjectForm<Root: Sendable>: Sendable {
    package let shape: ObjectShape
    /// Makes a value from an object that was found to have the shape.
    package let read: @Sendable (JSONNode) throws(UnreadableMember) -> Root
    package let write: @Sendable (Root) -> JSONObject

    package init<each Value: MemberValue>(
        _ name: String,
        _ meaning: String,
        rules: [MemberRule] = [],
        _ make: @escaping @Sendable (repeat each Value) -> Root,
        _ member: repeat MemberForm<Root, each Value>
    ) {
        var members: [MemberShape] = []
        for form in repeat each member { members.append(form.shape) }
        shape = ObjectShape(name: name, meaning: meaning, members: members, rules: rules)
        read = { (object: JSONNode) throws(UnreadableMember) -> Root in
            make(repeat try (each member).read(object))
        }
        write = { root in
            var object = JSONObject()
            for form in repeat each member {
                if let value = form.write(root) { object[form.shape.name] = value }
            }
            return object
        }
    }
}

/// One member of a typed object.
package struct MemberForm<Root: Sendable, Value: MemberValue>: Sendable {
    package let shape: MemberShape
    package let read: @Sendable (JSONNode) throws(UnreadableMember) -> Value
    package let write: @Sendable (Root) -> JSONValue?

    /// Required, unless its type is optional. `shape` narrows what the type allows.
    package static func member(
        _ name: String, _ path: any KeyPath<Root, Value> & Sendable, as shape: ValueShape? = nil, _ meaning: String
    ) -> MemberForm {
        MemberForm(name, Value.mayBeAbsent ? .optional : .required, path, shape, meaning)
    }

    private init(
        _ name: String, _ need: MemberShape.Need, _ path: any KeyPath<Root, Value> & Sendable, _ shape: ValueShape?,
        _ meaning: String
    ) {
        let name = Text(name)
        let key = ShortName(name)
        self.shape = MemberShape(name: name, need: need, value: shape ?? Value.valueShape, meaning: meaning)
        read = { (object: JSONNode) throws(UnreadableMember) -> Value in try Value(member: key.flatMap { object[$0] }) }
        write = { $0[keyPath: path].memberValue }
    }

    private init(
        shape: MemberShape,
        read: @escaping @Sendable (JSONNode) throws(UnreadableMember) -> Value,
        write: @escaping @Sendable (Root) -> JSONValue?
    ) {
        self.shape = shape
        self.read = read
        self.write = write
    }
}

extension MemberForm {
    /// Optional, and may stand behind a digest in `_sd`.
    package static func concealable<Wrapped: VocabularyValue>(
        _ name: String, _ path: any KeyPath<Root, Value> & Sendable, as shape: ValueShape? = nil, _ meaning: String
    ) -> MemberForm where Value == Wrapped? {
        MemberForm(name, .concealable, path, shape, meaning)
    }
}

extension MemberForm where Value == [Text] {
    /// The digests of what is concealed, in an object that has concealable members. None: the member is absent.
    package static func concealed(_ path: any KeyPath<Root, [Text]> & Sendable) -> MemberForm {
        let name = MemberShape.concealedName
        return MemberForm(
            shape: MemberShape(
                name: name, need: .optional, value: .digests,
                meaning: "Digests of the members that are concealed here (RFC 9901)."),
            read: { (object: JSONNode) throws(UnreadableMember) -> [Text] in
                try [Text]?(member: object.member(name)) ?? []
            },
            write: { root in
                let digests = root[keyPath: path]
                return digests.isEmpty ? nil : digests.jsonValue
            })
    }
}

extension MemberForm where Value == Evidence? {
    /// How the delivery proved itself: allowed on every type.
    package static func evidence(_ path: any KeyPath<Root, Evidence?> & Sendable) -> MemberForm {
        .member("evidence", path, "How the delivery proved where it came from.")
    }
}
