internal import CanonicalJSON

/// A profile's canonical bytes, taken apart as far as a comparison needs: its members are found, not read.
public struct ProfileDocument: Sendable {
    /// The profile as it was signed.
    public let bytes: [UInt8]
    /// Every record that the profile rests on: those that it lists, then those that only its annexes do.
    public let records: [ProfileRecord]
    /// How many of ``records`` the profile itself lists: its sections speak of them by their place.
    let listed: Int
    /// Where each member's value lies in ``bytes``.
    let members: [String: Range<Int>]
    /// Of each record that only annexes list, the sections that they belong to.
    let annexSections: [ProfileRecord: Set<String>]

    /// Takes a profile apart.
    /// - Parameters:
    ///   - bytes: the pure profile, canonical JSON, as the store has it.
    ///   - annexes: the documents that ``annexDigests(of:)`` names; without them a record that was cut away counts as gone.
    /// - Throws: ``ProfileChangeError`` where the bytes are no such document.
    public init(_ bytes: [UInt8], annexes: [[UInt8]] = []) throws(ProfileChangeError) {
        let members = try MemberScan.members(of: bytes)
        var records = try Self.records(bytes, members)
        let listed = records.count
        var known = Set(records)
        var annexSections: [ProfileRecord: Set<String>] = [:]
        for annex in annexes {
            let found = try MemberScan.members(of: annex)
            let theirs = try Self.records(annex, found)
            let uses = try RecordPlaces.sections(of: annex, found)
            for (place, record) in theirs.enumerated() where !known.contains(record) {
                annexSections[record, default: []].formUnion(uses[place] ?? [])
            }
            for record in theirs where known.insert(record).inserted { records.append(record) }
        }
        self.bytes = bytes
        self.records = records
        self.listed = listed
        self.members = members
        self.annexSections = annexSections
    }

    /// The digests of the annexes that hold what a profile was too long for; empty for nearly all.
    public static func annexDigests(of bytes: [UInt8]) throws(ProfileChangeError) -> [String] {
        guard let range = try MemberScan.members(of: bytes)["cut"] else { return [] }
        let cut = try Self.value(bytes, range)
        return (cut.object ?? [:]).sorted { $0.key < $1.key }.compactMap { $0.value["rest"]?["digest"]?.string }
    }

    /// The names of the members that say something of the enterprise: all but `id`.
    public var sections: [String] { members.keys.filter { $0 != "id" }.sorted() }

    /// A member's bytes.
    func slice(_ name: String) -> ArraySlice<UInt8>? { members[name].map { bytes[$0] } }

    static func value(_ bytes: [UInt8], _ range: Range<Int>) throws(ProfileChangeError) -> JSONValue {
        do { return try JSONValue(parsing: Array(bytes[range])) } catch {
            throw ProfileChangeError(at: range.lowerBound)
        }
    }

    private static func records(
        _ bytes: [UInt8],
        _ members: [String: Range<Int>]
    ) throws(ProfileChangeError) -> [ProfileRecord] {
        guard let range = members["records"] else { return [] }
        guard let values = try value(bytes, range).array else { throw ProfileChangeError(at: range.lowerBound) }
        var records: [ProfileRecord] = []
        records.reserveCapacity(values.count)
        for value in values {
            guard let agency = value["agency"]?.string, let dataset = value["dataset"]?.string,
                let key = value["key"]?.string, let role = value["role"]?.string
            else { throw ProfileChangeError(at: range.lowerBound) }
            records.append(ProfileRecord(agency: agency, dataset: dataset, key: key, role: role))
        }
        return records
    }
}

/// An agency's record as a profile names it, whatever its version.
public struct ProfileRecord: Hashable, Sendable {
    /// Whose record it is.
    public let agency: String
    /// Of which of the agency's tables.
    public let dataset: String
    /// The parts of its key joined by `|`, or its digest where it may not be shown.
    public let key: String
    /// What the enterprise is in it.
    public let role: String

    /// Names a record.
    public init(agency: String, dataset: String, key: String, role: String) {
        self.agency = agency
        self.dataset = dataset
        self.key = key
        self.role = role
    }
}

/// Bytes that should be a profile and are not.
public struct ProfileChangeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where, in bytes from the start.
    public let offset: Int

    init(at offset: Int) { self.offset = offset }

    /// One sentence that quotes nothing of the document.
    public var description: String {
        "a stored profile is not the canonical JSON of a profile, at byte \(offset): check the store with `suixin store check`"
    }
}
