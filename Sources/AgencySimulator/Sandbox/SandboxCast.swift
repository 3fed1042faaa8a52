internal import CreditModel
internal import Crypto

/// The test enterprises of a sandbox: one for each situation that a platform must handle.
///
/// They are the same for every seed, as the numbers of test cards are, and follow from nothing but what is written here.
package struct TestEnterprise: Sendable {
    /// What scripts and the documentation call it.
    package let name: String
    /// Its number among the test enterprises; its keys and codes are made of it.
    let number: Int
    /// Its name at the registry.
    package let title: String
    /// What a platform sees when it asks by ``asked``.
    package let shows: String
    /// The status of that answer.
    package var status = 200
    /// Whether it is to be asked for by its id.
    var isAskedByID = false
    /// The name that it had before, and until when.
    var former: String?
    /// Whose registration number it bears, by mistake.
    var borrowsFrom: Int?
    /// Whether the registry says 吊销.
    var isRevoked = false
    /// How many penalties it has from the beginning.
    var penalties = 0
    /// Whether it is on the list of abnormal operation.
    var isListed = false

    /// Its unified social credit code.
    package var uscc: String { CheckedCodes.uscc(head: "91440106", org: org) }
    /// By what it is asked for in the documentation.
    package var asked: String { isAskedByID ? id : borrowsFrom == nil ? uscc : regno }
    /// The exchange's id of it.
    package var id: String { EnterpriseID(pripid: pripid) { Array(SHA256.hash(data: $0)) }.text }
    /// The registry's key, of which its id is derived.
    package var pripid: String { "440100" + padded(number, 20) }
    /// Of a block that the invented population never draws from.
    var org: String { CheckedCodes.org(body: "MA9X" + padded(number, 4)) }
    var regno: String { CheckedCodes.mod1110("4401065" + padded(borrowsFrom ?? number, 7)) }

    /// All of them; those that stay when two are joined come before those that go, for the least key gives the id.
    package static let all: [TestEnterprise] = [
        .init(name: "active", number: 1, title: "广州市沙箱存续贸易有限公司", shows: "200; state K (存续), nothing against it"),
        .init(
            name: "revoked",
            number: 2,
            title: "广州市停摆灯饰有限公司",
            shows: "200; registration.state is D (吊销)",
            isRevoked: true
        ),
        .init(
            name: "penalised",
            number: 3,
            title: "广州市受罚化工有限公司",
            shows: "200; two entries in penalties",
            penalties: 2
        ),
        .init(
            name: "listed",
            number: 4,
            title: "广州市失联物流有限公司",
            shows: "200; an entry in listings, in force (经营异常名录)",
            isListed: true
        ),
        .init(
            name: "renamed",
            number: 5,
            title: "广州市新名家具有限公司",
            shows: "200; registration.formerNames has 广州市旧称木器有限公司 (曾用名)",
            former: "广州市旧称木器有限公司"
        ),
        .init(
            name: "twin-one",
            number: 6,
            title: "广州市同号甲电子有限公司",
            shows: "200 by its own code"
        ),
        .init(
            name: "twin-two",
            number: 7,
            title: "广州市借号乙餐饮有限公司",
            shows: "300 by the registration number that two enterprises bear; both are named",
            status: 300,
            borrowsFrom: 6
        ),
        .init(
            name: "absorber",
            number: 8,
            title: "广州市并购集团有限公司",
            shows: "200; took over what absorbed was"
        ),
        .init(
            name: "absorbed",
            number: 9,
            title: "广州市归并印刷有限公司",
            shows: "308 by its id, to that of absorber (merged)",
            status: 308,
            isAskedByID: true
        ),
        .init(
            name: "rump",
            number: 10,
            title: "广州市留存建材有限公司",
            shows: "200; was joined with split-off for a day"
        ),
        .init(
            name: "split-off",
            number: 11,
            title: "广州市分立纺织有限公司",
            shows: "200 by its own id again (split, in /v1/changes)",
            isAskedByID: true
        ),
        .init(
            name: "retracted",
            number: 12,
            title: "广州市平反食品有限公司",
            shows: "200; penalties is empty: one was withdrawn, and waits in /v1/retractions",
            penalties: 1
        ),
    ]

    /// A code that checks and that nobody has: the answer is 404 with a signed absence.
    package static let unknownCode = CheckedCodes.uscc(head: "91440106", org: CheckedCodes.org(body: "MA9X9999"))

    /// What happens before a sandbox is handed over, day by day, so that it has a past.
    package static var opening: [[SandboxAct]] {
        func pripid(_ name: String) -> String { all.first { $0.name == name }?.pripid ?? "" }
        return [
            [
                .merge(pripid("absorbed"), into: pripid("absorber")),
                .merge(pripid("split-off"), into: pripid("rump")),
            ],
            [.split(pripid("split-off")), .withdraw(pripid("retracted"), dataset: "penalty")],
        ]
    }
}
