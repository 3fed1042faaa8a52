import CanonicalJSON
public import CreditModel

/// An adapter's position as an object of plain members, in JSON.
public struct PositionState: Sendable {
    private var members: [String: JSONValue]

    /// An empty state: a first pull.
    public init() { members = [:] }

    /// Reads a position.
    /// - Throws: `local` where it is no object: it was not written by us.
    public init(_ position: Position?) throws(AdapterError) {
        guard let position else {
            members = [:]
            return
        }
        do {
            guard let object = try JSONValue(parsing: position.bytes).object else { throw AdapterError.badPosition }
            members = object
        } catch {
            throw .badPosition
        }
    }

    /// The position to store.
    public var position: Position { Position(bytes: JSONValue.object(members).canonical) }

    /// A text member.
    public subscript(text name: String) -> String? {
        get { members[name]?.string }
        set { members[name] = newValue.map { .string($0) } }
    }

    /// A whole number member.
    public subscript(number name: String) -> Int64? {
        get { members[name]?.integer }
        set { members[name] = newValue.map { .integer($0) } }
    }

    /// A member that is true or absent.
    public subscript(flag name: String) -> Bool {
        get { members[name]?.bool ?? false }
        set { members[name] = newValue ? .bool(true) : nil }
    }

    /// A time of the agency.
    public subscript(time name: String) -> LocalTime? {
        get { members[name]?.string.flatMap { LocalTime($0) } }
        set { members[name] = newValue.map { .string($0.description) } }
    }

    /// Days by name.
    public subscript(days name: String) -> [String: Day] {
        get { members[name]?.object?.compactMapValues { $0.string.flatMap { Day($0) } } ?? [:] }
        set { members[name] = newValue.isEmpty ? nil : .object(newValue.mapValues { .string($0.description) }) }
    }

    /// Rows of texts.
    public subscript(table name: String) -> [[String]] {
        get { members[name]?.array?.map { $0.array?.compactMap(\.string) ?? [] } ?? [] }
        set { members[name] = newValue.isEmpty ? nil : .array(newValue.map { .array($0.map { .string($0) }) }) }
    }
}

extension AdapterError {
    static let badPosition = AdapterError(
        .local,
        "The stored position cannot be read; reset the source's position to read it again from the start."
    )
}
