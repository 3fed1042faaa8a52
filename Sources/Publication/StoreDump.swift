internal import CanonicalJSON
internal import CreditModel
package import CreditStore
internal import Crypto
internal import Signing

/// Writes what a store holds apart from how it got there, so that two stores of the same records can be compared.
///
/// Versions, decisions, ids and profiles, in an order that is the same whatever came first; no signatures, times of receipt,
/// runs and journals. For the operator only: keys and codes are shown as the agencies sent them, and may hold the number of
/// an identity card. What a record says is told by a digest alone.
package struct StoreDump: Sendable {
    /// A part of the dump, with a digest of its own.
    package enum Section: String, CaseIterable, Sendable {
        /// Every version of every record that counts, by agency, dataset, key and digest.
        case versions
        /// What was decided of each record in each of its roles, by agency, dataset, key and role.
        case decisions
        /// Every id of any time with the one that it stands for, and the codes of that.
        case identities
        /// Every profile's bytes and those of its annexes, by id.
        case profiles
    }

    /// What was dumped.
    package struct Report: Sendable, Hashable {
        /// Lines and `sha256:` digest of each section.
        package var sections: [Section: (lines: Int, digest: String)] { sums.mapValues { ($0.lines, $0.digest) } }
        var sums: [Section: Sum] = [:]
        /// Whether somebody wrote to the store meanwhile: then the sections may not belong together.
        package var changedMeanwhile = false
    }

    struct Sum: Sendable, Hashable {
        var lines: Int
        var digest: String
    }

    private let store: any CreditStore
    private let page: Int

    /// Makes a dump of a store.
    /// - Parameters:
    ///   - store: what is read.
    ///   - page: how many records are read at once.
    package init(store: any CreditStore, page: Int = 500) {
        self.store = store
        self.page = max(1, page)
    }

    /// Streams one JSON object a line; memory does not grow with the store.
    ///
    /// Blocking.
    /// - Parameters:
    ///   - path: nil writes to the standard output; a file is readable by its owner only.
    ///   - linesToo: false only counts and digests the lines, and writes nothing.
    ///   - progress: called with the number of lines so far.
    /// - Returns: lines and digest of each section.
    /// - Throws: ``SigningError`` where the file cannot be written, and what the store throws.
    package func write(to path: String?, linesToo: Bool = true, progress: (Int) -> Void = { _ in }) throws -> Report {
        let file =
            try linesToo
            ? path.map { path throws(SigningError) in try DurableFile(path: path, mode: 0o600) } ?? DurableFile() : nil
        var report = Report()
        let position = try store.storePosition()
        let datasets = try store.sourceStates().map(\.dataset).sorted()
        var written = 0
        for section in Section.allCases {
            var sum = SHA256()
            var lines = 0
            let write = { (line: [UInt8]) throws in
                sum.update(data: line)
                sum.update(data: [0x0A])
                lines += 1
                written += 1
                try file?.write(line + [0x0A])
                if written % 1000 == 0 { progress(written) }
            }
            switch section {
            case .versions: for dataset in datasets { try versions(of: dataset, write) }
            case .decisions: for dataset in datasets { try decisions(of: dataset, write) }
            case .identities: try identities(write)
            case .profiles: try profiles(write)
            }
            report.sums[section] = Sum(lines: lines, digest: "sha256:" + sum.finalize().hexadecimal)
        }
        report.changedMeanwhile = try store.storePosition() != position
        try file?.commit()
        return report
    }

    private typealias Write = ([UInt8]) throws -> Void

    private func line(_ section: Section, _ members: [String: JSONValue]) -> [UInt8] {
        JSONValue.object(members.merging(["section": .string(section.rawValue)]) { $1 }).canonical
    }

    private func members(_ dataset: DatasetID, _ key: RecordKey) -> [String: JSONValue] {
        ["agency": .string(dataset.agency.rawValue), "dataset": .string(dataset.name), "key": .string(key.text)]
    }

    private func versions(of dataset: DatasetID, _ write: Write) throws {
        var last: RecordKey?
        while true {
            let records = try store.records(of: dataset, after: last, limit: page)
            guard let end = records.last else { return }
            for record in records {
                var members = members(dataset, record.key)
                if record.hasRestrictedKey { members["restricted"] = .bool(true) }
                for version in record.versions.sorted(by: { $0.digest < $1.digest }) {
                    members["digest"] = .string(version.digest.text)
                    members["operation"] = .string("\(version.operation)")
                    members["modified"] = .string("\(version.modified)")
                    members["sequence"] = .string(String(version.sequence))
                    members["content"] = version.content.map {
                        .string(Publisher.digest(RecordCodec.encode($0, isSpelt: true)))
                    }
                    try write(line(.versions, members))
                }
            }
            last = end.key
        }
    }

    private func decisions(of dataset: DatasetID, _ write: Write) throws {
        var last: RecordReference?
        while true {
            let placed = try store.placements(of: dataset, after: last, limit: page)
            guard let end = placed.last else { return }
            for entry in placed {
                var members = members(dataset, entry.record.key)
                members["role"] = .string(entry.record.role.description)
                switch entry.place {
                case .enterprise(let id, let reason):
                    members["enterprise"] = .string(id.text)
                    members["reason"] = .string(reason.plain)
                case .held(let reason): members["held"] = .string(reason.plain)
                case .undecided: members["undecided"] = .bool(true)
                }
                try write(line(.decisions, members))
            }
            last = end.record
        }
    }

    private func identities(_ write: Write) throws {
        var last: EnterpriseID?
        while true {
            let found = try store.identities(after: last, limit: page)
            guard let end = found.last else { return }
            for identity in found {
                var members: [String: JSONValue] = ["id": .string(identity.id.text)]
                if identity.current != identity.id { members["current"] = .string(identity.current.text) }
                if !identity.codes.isEmpty { members["codes"] = .array(identity.codes.map { .string($0) }) }
                try write(line(.identities, members))
            }
            last = end.id
        }
    }

    private func profiles(_ write: Write) throws {
        var last: EnterpriseID?
        while true {
            let found = try store.profiles(after: last, limit: page)
            guard let end = found.last else { return }
            for profile in found {
                // The bytes as they are: a canonical writer between them and the reader would mend what it should show.
                try write(
                    Array("{\"id\":\"\(profile.id)\",\"profile\":".utf8) + profile.bytes
                        + Array(",\"section\":\"profiles\",\"version\":\"\(profile.version)\"}".utf8)
                )
                for digest in AnnexDigests.find(in: profile.bytes) {
                    let bytes = try store.annex(digest)?.bytes ?? Array("null".utf8)
                    try write(
                        Array("{\"annex\":".utf8) + bytes
                            + Array(",\"digest\":\"\(digest)\",\"id\":\"\(profile.id)\",\"section\":\"profiles\"}".utf8)
                    )
                }
            }
            last = end.id
        }
    }
}

extension IdentityReason {
    fileprivate var plain: String {
        switch self {
        case .registryKey(let key): "registryKey \(key)"
        case .code(let code): "code \(code)"
        case .founder(let code): "founder \(code)"
        }
    }
}

extension ContradictionReason {
    fileprivate var plain: String {
        switch self {
        case .givenTwice(let code, let holders): "givenTwice \(code) \(holders.joined(separator: " "))"
        case .agreesInNothing(let code, let holder): "agreesInNothing \(code) \(holder)"
        case .severalHolders(let codes): "severalHolders \(codes.map(\.description).joined(separator: " "))"
        case .foreignKey(let key): "foreignKey \(key)"
        }
    }
}
