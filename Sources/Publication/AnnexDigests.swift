internal import CanonicalJSON

/// The digests of the annexes that a profile names.
enum AnnexDigests {
    /// In the order of the profile's bytes; almost every profile has none, and is not even parsed.
    static func find(in profile: [UInt8]) -> [String] {
        guard contains(profile, Array("\"rest\":".utf8)), let value = try? JSONValue(parsing: profile) else {
            return []
        }
        var digests: [String] = []
        collect(value, into: &digests)
        return digests
    }

    private static func collect(_ value: JSONValue, into digests: inout [String]) {
        switch value {
        case .object(let members):
            for (name, member) in members.sorted(by: { $0.key < $1.key }) {
                if name == "rest", case .object(let rest) = member, case .string(let digest)? = rest["digest"] {
                    digests.append(digest)
                } else {
                    collect(member, into: &digests)
                }
            }
        case .array(let values): for value in values { collect(value, into: &digests) }
        default: break
        }
    }

    private static func contains(_ bytes: [UInt8], _ pattern: [UInt8]) -> Bool {
        guard bytes.count >= pattern.count else { return false }
        return bytes.indices.dropLast(pattern.count - 1).contains {
            bytes[$0] == pattern[0] && bytes[$0..<($0 + pattern.count)].elementsEqual(pattern)
        }
    }
}
