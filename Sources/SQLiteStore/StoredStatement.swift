internal import CreditModel
internal import HashTree

/// What is said of an id or a code, as a part of the tree keeps it: of a version, where its document lies as well.
///
/// The number is no part of what is hashed. It saves whoever answers two searches among a million, and is believed only where
/// a document of the version lies.
struct StoredStatement: Hashable {
    var statement: TreeStatement
    /// The number of the version's document; nil where that was not noted.
    var document: Int64?

    /// `d`, the number, a colon and the version; without a number as ``HashTree/TreeStatement/stored``.
    var text: String {
        guard case .version(let version) = statement, let document else { return statement.stored }
        return "d\(document):\(version)"
    }

    init(_ statement: TreeStatement, document: Int64? = nil) {
        self.statement = statement
        self.document = document
    }

    /// Reads what ``text`` gives; nil for anything else.
    init?(_ text: String) {
        guard text.utf8.first == UInt8(ascii: "d") else {
            guard let statement = TreeStatement(stored: text) else { return nil }
            self.init(statement)
            return
        }
        let rest = text.utf8.dropFirst()
        guard let colon = rest.firstIndex(of: UInt8(ascii: ":")),
            let document = Int64(Substring(rest[..<colon]))
        else { return nil }
        let version = String(Substring(rest[rest.index(after: colon)...]))
        guard !version.isEmpty else { return nil }
        self.init(.version(version), document: document)
    }
}

extension TreeStatement {
    /// Of a code that agencies gave to more than that, the first are named.
    static let mostHolders = 1000

    /// A letter for what it is, then the version or the ids as they are.
    var stored: String {
        switch self {
        case .version(let version): "v\(version)"
        case .movedTo(let id): "m\(id)"
        case .holders(let ids): "h" + ids.map(\.text).joined()
        }
    }

    init?(stored text: String) {
        let utf8 = text.utf8
        let rest = utf8.dropFirst()
        switch utf8.first {
        case UInt8(ascii: "v") where !rest.isEmpty: self = .version(String(Substring(rest)))
        case UInt8(ascii: "m"):
            guard let id = EnterpriseID(String(Substring(rest))) else { return nil }
            self = .movedTo(id)
        case UInt8(ascii: "h"):
            var ids: [EnterpriseID] = []
            var rest = rest
            while !rest.isEmpty {
                guard let id = EnterpriseID(String(Substring(rest.prefix(22)))) else { return nil }
                ids.append(id)
                rest = rest.dropFirst(22)
            }
            guard !ids.isEmpty else { return nil }
            self = .holders(ids)
        default: return nil
        }
    }
}
