package import CreditModel
package import CreditStore

/// Finds what an id, a code or a registry key named at a past moment.
package struct PastNames: Sendable {
    /// What was answered.
    package enum Answer: Sendable, Hashable {
        case nothing
        /// The id led to another one.
        case moved(EnterpriseID)
        case served(SignedProfile)
        /// Several enterprises were known by the code.
        case several([EnterpriseID])
    }

    private let store: any CreditStore
    private let digest: DigestFunction

    /// - Parameters:
    ///   - store: what is read.
    ///   - digest: SHA-256: codes and registry keys derive ids.
    package init(store: any CreditStore, digest: @escaping DigestFunction) {
        self.store = store
        self.digest = digest
    }

    /// What would have been answered at a moment, in POSIX seconds.
    ///
    /// Every certain code derives an id, which led then to the enterprise that held it. A code that derives none (a tax
    /// number of one office alone) leads to whoever holds it now.
    package func answer(about name: AskedName, at moment: Int64) throws -> Answer {
        if let id = name.id {
            return switch try store.answer(about: id, at: moment) {
            case .nothing: .nothing
            case .moved(let target): .moved(target)
            case .served(let signed): .served(signed)
            }
        }
        var ids = [CodeKind.uscc, .org, .regno, .tax].map { EnterpriseID(code: Code($0, name.code), digest: digest) }
        ids.append(EnterpriseID(pripid: name.registryKey, digest: digest))
        let found = try served(ids, at: moment)
        if found.isEmpty { return try one(of: served(store.enterprises(holding: name.code), at: moment)) }
        return one(of: found)
    }

    private func one(of found: [EnterpriseID: SignedProfile]) -> Answer {
        if found.count > 1 { return .several(found.keys.sorted()) }
        return found.first.map { .served($0.value) } ?? .nothing
    }

    private func served(_ ids: [EnterpriseID], at moment: Int64) throws -> [EnterpriseID: SignedProfile] {
        var found: [EnterpriseID: SignedProfile] = [:]
        for id in ids {
            var answer = try store.answer(about: id, at: moment)
            if case .moved(let target) = answer { answer = try store.answer(about: target, at: moment) }
            if case .served(let signed) = answer { found[signed.id] = signed }
        }
        return found
    }
}
