public import AdapterKit
public import CreditModel
import HongDunAdapter
import LocalTaxAdapter
import QualityAdapter
import StateTaxAdapter

/// The list of all adapters, and nothing else: a new agency is one line here.
public enum AdapterRegistry {
    /// In the order in which agencies are shown.
    public static let all: [any SourceAdapter.Type] = [
        HongDunAdapter.self,
        StateTaxAdapter.self,
        LocalTaxAdapter.self,
        QualityAdapter.self,
    ]

    /// The adapter of an agency, nil where there is none.
    public static func adapter(_ agency: AgencyID) -> (any SourceAdapter.Type)? {
        all.first { $0.descriptor.id == agency }
    }
}
