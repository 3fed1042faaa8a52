internal import CreditModel
internal import CreditStore

/// Keys as the database holds them: in an order that is the keys' own, and quick to take apart.
enum StoredKey {
    /// The parts, with U+0001 between them, which is smaller than any character that a part may hold.
    static func text(_ key: RecordKey) -> String {
        if key.parts.count == 1, let part = key.parts.first, part.utf8.allSatisfy({ $0 > 2 }) { return part }
        return key.parts.map(escaped).joined(separator: "\u{1}")
    }

    static func key(_ text: String) -> RecordKey {
        RecordKey(
            text.unicodeScalars.split(separator: "\u{1}", omittingEmptySubsequences: false).map { plain(String($0)) }
        )
    }

    private static func escaped(_ part: String) -> String {
        if part.utf8.allSatisfy({ $0 > 2 }) { return part }
        var text = ""
        for scalar in part.unicodeScalars {
            switch scalar {
            case "\u{1}": text += "\u{2}a"
            case "\u{2}": text += "\u{2}b"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    private static func plain(_ part: String) -> String {
        if part.utf8.allSatisfy({ $0 > 2 }) { return part }
        var text = ""
        var isEscaped = false
        for scalar in part.unicodeScalars {
            if isEscaped {
                text.unicodeScalars.append(scalar == "a" ? "\u{1}" : "\u{2}")
                isEscaped = false
            } else if scalar == "\u{2}" {
                isEscaped = true
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

/// A record in one of its roles, as one number: what is linked, derived and placed.
enum Part {
    static func number(_ record: Int64, _ role: Role) -> Int64 { record << 3 | Int64(role.rawValue) }
    static func first(of record: Int64) -> Int64 { record << 3 }
    static func record(_ part: Int64) -> Int64 { part >> 3 }
    static func role(_ part: Int64) -> Role? { Role(rawValue: UInt8(part & 7)) }
}

/// A version's number: its record's, and its place among the record's versions.
enum VersionNumber {
    private static let bits: Int64 = 20

    static func first(of record: Int64) -> Int64 { record << bits }
    static func all(of record: Int64) -> ClosedRange<Int64> { record << bits...(record + 1) << bits - 1 }
    static func record(_ version: Int64) -> Int64 { version >> bits }
}

/// Roles as a set of bits.
struct RoleSet: OptionSet {
    let rawValue: Int64
    init(rawValue: Int64) { self.rawValue = rawValue }
    init(_ role: Role) { rawValue = 1 << Int64(role.rawValue) }

    var roles: [Role] { Role.allCases.filter { contains(RoleSet($0)) } }
}

/// A key by which a record may meet others in one of its roles.
struct Link: Hashable {
    var role: Role
    /// Two keys of one hash cost a larger set to look at, never a wrong decision.
    var hash: Int64

    static func links(of record: CreditRecord, in roles: RoleSet) -> [Link] {
        var links: [Link] = []
        for role in roles.roles {
            for key in record.linkKeys(of: role) {
                let link = Link(role: role, hash: hash(of: key))
                if !links.contains(link) { links.append(link) }
            }
        }
        return links
    }

    private static func hash(of key: LinkKey) -> Int64 {
        var hash: UInt64 = 14_695_981_039_346_656_037
        func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
        switch key {
        case .pripid(let text):
            mix(0)
            for byte in text.utf8 { mix(byte) }
        case .code(let code):
            mix(code.kind.rawValue)
            for byte in code.text.utf8 { mix(byte) }
        }
        hash = (hash ^ hash >> 32) &* 0x9E37_79B9_7F4A_7C15
        return Int64(bitPattern: hash ^ hash >> 29)
    }

    /// Nine bytes each.
    static func bytes(_ links: [Link]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(links.count * 9)
        for link in links {
            bytes.append(link.role.rawValue)
            for shift: Int64 in [0, 8, 16, 24, 32, 40, 48, 56] {
                bytes.append(UInt8(truncatingIfNeeded: link.hash >> shift))
            }
        }
        return bytes
    }

    static func links(_ bytes: [UInt8]) throws(StoreError) -> [Link] {
        guard bytes.count % 9 == 0 else { throw BinaryReader.damaged }
        var links: [Link] = []
        links.reserveCapacity(bytes.count / 9)
        for start in stride(from: 0, to: bytes.count, by: 9) {
            guard let role = Role(rawValue: bytes[start]) else { throw BinaryReader.damaged }
            var hash: Int64 = 0
            for place in stride(from: 8, to: 0, by: -1) { hash = hash << 8 | Int64(bytes[start + place]) }
            links.append(Link(role: role, hash: hash))
        }
        return links
    }
}
