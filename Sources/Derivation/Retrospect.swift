package import CreditModel
package import CreditStore
package import ProfileMerge
internal import Resolution
package import ServiceKit

/// Tells what was true of an enterprise on a day, by what is known now or by what was known at a moment.
///
/// Decides and merges anew, from the record versions that were received by then: nothing that is derived is read.
package struct Retrospect: PastProfiles {
    private let store: any CreditStore
    private let resolution: CertainResolution
    private let merger: ProfileMerger

    /// Looks back into a store.
    ///
    /// - Parameters:
    ///   - store: where the versions lie; never written.
    ///   - secret: the installation's, as ``Deriver`` takes it.
    ///   - policy: whose word counts in what.
    /// - Throws: ``DerivationError`` where the secret is too short.
    package init(store: any CreditStore, secret: [UInt8], policy: MergePolicy = .standard) throws(DerivationError) {
        guard secret.count >= Deriver.leastSecret else { throw DerivationError(.weakSecret) }
        self.store = store
        (resolution, merger) = Deriver.parts(secret, policy)
    }

    package func profile(of id: EnterpriseID, asOf day: Day, knownAt moment: Int64?) throws -> Told<DatedProfile> {
        var alias: EnterpriseID?
        for records in try store.components(around: id, at: moment) {
            for decision in resolution.resolve(records).enterprises {
                if decision.id == id {
                    guard let merged = merger.merge(decision, records: records, asOf: day) else {
                        return .nothingTrue(id)
                    }
                    return .told(
                        DatedProfile(
                            id: merged.id,
                            version: merged.version,
                            bytes: merged.bytes,
                            asOf: day,
                            knownAt: moment
                        )
                    )
                }
                if decision.aliases.contains(id) { alias = decision.id }
            }
        }
        return try alias.map { .moved($0) } ?? former(id, at: moment)
    }

    /// An id that no key derives any more leads where it last led.
    private func former(_ id: EnterpriseID, at moment: Int64?) throws -> Told<DatedProfile> {
        if let moment {
            guard case .moved(let target) = try store.answer(about: id, at: moment) else { return .nothingKnown }
            return .moved(target)
        }
        guard let current = try store.currentID(of: id), current != id else { return .nothingKnown }
        return .moved(current)
    }
}
