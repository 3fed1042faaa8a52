internal import CanonicalJSON
internal import CreditModel
internal import CreditStore
internal import HashTree
internal import Signing

/// What a status says of a code, or of an id that leads to another, as a line of a snapshot.
///
/// The statement's own canonical JSON with the name in it; what may be the number of a person's card is named by its place in
/// the tree alone.
struct NameLine {
    let key: TreeHash
    let statement: TreeStatement
    let bytes: [UInt8]

    init(_ said: NamedStatement) {
        key = said.key
        statement = said.statement
        bytes = JSONValue.object(Self.members(of: said.statement).merging(TreeName(said.name).member) { $1 }).canonical
    }

    /// Reads a line; nil for anything else than ``bytes`` gives.
    init?(parsing bytes: [UInt8]) {
        guard let value = try? JSONValue(parsing: bytes), value.canonical == bytes,
            case .object(let members) = value, members.count == 2
        else { return nil }
        if let moved = members["movedTo"]?.string {
            guard let id = EnterpriseID(moved) else { return nil }
            statement = .movedTo(id)
        } else {
            guard let holders = members["holders"]?.array, !holders.isEmpty else { return nil }
            let ids = holders.compactMap { $0.string.flatMap { EnterpriseID($0) } }
            guard ids.count == holders.count else { return nil }
            statement = .holders(ids)
        }
        if let name = members["name"]?.string {
            key = HashTree.sha256.key(of: name)
        } else {
            guard let key = members["key"]?.string.flatMap({ TreeHash(digest: $0) }) else { return nil }
            self.key = key
        }
        self.bytes = bytes
    }

    private static func members(of statement: TreeStatement) -> [String: JSONValue] {
        switch statement {
        case .version(let version): ["version": .string(version)]
        case .movedTo(let id): ["movedTo": .string(id.text)]
        case .holders(let ids): ["holders": .array(ids.map { .string($0.text) })]
        }
    }
}
