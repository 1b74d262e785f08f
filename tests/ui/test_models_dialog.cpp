// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <QAbstractItemModelTester>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTableView>
#include <QTemporaryDir>
#include <QtTest>

#include "core/models/model_registry.h"
#include "tests/support/specimens.h"
#include "tests/support/tiny_vit.h"
#include "ui/models/model_bar.h"
#include "ui/models/models_dialog.h"
#include "ui/widgets/message_bar.h"

using namespace fieldmark;
using namespace fieldmark::testing;

namespace {
constexpr int kPatience = 60'000;  ///< milliseconds; for loaded machines and sanitizers
constexpr int kPictures = 24;
}  // namespace

/// The dialog over a real library with a real model.
class TestModelsDialog : public QObject {
    Q_OBJECT

    QTemporaryDir m_root;
    std::unique_ptr<Session> m_session;
    std::unique_ptr<ModelsDialog> m_dialog;

    std::string path(const char* name) const {
        return m_root.filePath(QString::fromUtf8(name)).toStdString();
    }

    template <typename Widget>
    Widget* find(const char* name) const {
        return m_dialog->findChild<Widget*>(QString::fromUtf8(name));
    }
    QPushButton* button(const char* name) const { return find<QPushButton>(name); }

    /// The list is true again. Requests are answered in their order: when ours is, the dialog has its own.
    /// The dialog may have asked again since, so ours need not be the last answer.
    void settle() {
        QSignalSpy listed(m_session.get(), &Session::modelsListed);
        m_dialog->refresh();
        const RequestId ours = m_session->list_models();
        const auto answered = [&] {
            return std::any_of(listed.cbegin(), listed.cend(), [&](const auto& answer) {
                return answer[0].template value<RequestId>() >= ours;
            });
        };
        QTRY_VERIFY_WITH_TIMEOUT(answered(), kPatience);
    }
    int row_of(const QString& name) const {
        const QAbstractItemModel* model = find<QTableView>("modelsTable")->model();
        for (int row = 0; row < model->rowCount(); ++row) {
            if (model->index(row, ModelsModel::NameColumn).data().toString().startsWith(name)) return row;
        }
        return -1;
    }
    void select(const QString& name) {
        const int row = row_of(name);
        QVERIFY2(row >= 0, qPrintable(name));
        find<QTableView>("modelsTable")->selectRow(row);
    }
    QString cell(int row, int column) const {
        return find<QTableView>("modelsTable")->model()->index(row, column).data().toString();
    }
    QString message() const {
        const auto* bar = m_dialog->findChild<MessageBar*>();
        for (const QLabel* label : bar->findChildren<QLabel*>()) {
            if (!label->text().isEmpty()) return label->text();
        }
        return {};
    }

  private Q_SLOTS:
    void initTestCase() {
        QLocale::setDefault(QLocale::c());
        qputenv("XDG_DATA_HOME", m_root.filePath(QStringLiteral("data")).toUtf8());
        if (!ModelRegistry().find()) QSKIP("Run packaging/setup.sh first.");
        write_specimens(path("birds"),
                        {.classes = 4, .per_class = kPictures / 4, .width = 160, .height = 120});
        write_tiny_vit(path("tiny_net.safetensors"));
        m_session = std::make_unique<Session>();
        QSignalSpy imported(m_session.get(), &Session::importFinished);
        QSignalSpy opened(m_session.get(), &Session::opened);
        m_session->open(path("Birds.fieldmark"));
        QTRY_COMPARE_WITH_TIMEOUT(opened.count(), 1, kPatience);
        ImportRequest request;
        request.paths = {path("birds")};
        m_session->start_import(request);
        QTRY_COMPARE_WITH_TIMEOUT(imported.count(), 1, kPatience);
        m_dialog = std::make_unique<ModelsDialog>(*m_session);
        m_dialog->show();
    }
    void cleanupTestCase() {
        m_dialog.reset();
        m_session.reset();
    }

    void the_list_is_a_good_model() {
        ModelsModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        ModelEntry entry;
        entry.info.name = "net\nwork";
        entry.info.kind = "vit";
        entry.info.dimension = 1384;
        entry.info.input_width = entry.info.input_height = 224;
        entry.installed = true;
        ModelEntry gone;
        gone.info.name = "gone";
        gone.info.method = "whitening";
        gone.info.bits = 48;
        gone.base_name = "net";
        gone.embeddings = 12'400;
        model.set_models({entry, gone});
        QCOMPARE(model.rowCount(), 2);
        QVERIFY(!model.index(0, ModelsModel::NameColumn).data().toString().contains(QLatin1Char('\n')));
        QCOMPARE(model.index(0, ModelsModel::KindColumn).data().toString(),
                 QStringLiteral("Vision transformer"));
        QCOMPARE(model.index(0, ModelsModel::DimensionColumn).data().toString(), QStringLiteral("1,384"));
        QVERIFY(model.index(1, ModelsModel::NameColumn)
                    .data()
                    .toString()
                    .contains(QStringLiteral("not installed")));
        QVERIFY(model.index(1, ModelsModel::DimensionColumn)
                    .data()
                    .toString()
                    .contains(QStringLiteral("48 bits")));
        QCOMPARE(model.index(1, ModelsModel::VectorsColumn).data().toString(), QStringLiteral("12,400"));
        model.set_models({});
        QCOMPARE(model.rowCount(), 0);
    }

    void shows_what_is_in_use() {
        settle();
        const int row = row_of(QStringLiteral("efficientnet-lite0"));
        QCOMPARE(row, 0);
        QVERIFY(cell(row, ModelsModel::NameColumn).contains(QStringLiteral("in use")));
        QCOMPARE(cell(row, ModelsModel::VectorsColumn), QString::number(kPictures));
        QVERIFY(find<QLabel>("modelsSummary")->text().contains(QStringLiteral("efficientnet-lite0")));
        QVERIFY(!find<QLabel>("modelsEmpty")->isVisible());
        select(QStringLiteral("efficientnet-lite0"));
        QVERIFY(!button("modelsUse")->isEnabled());     // it is
        QVERIFY(!button("modelsRemove")->isEnabled());  // must not go
        QVERIFY(button("modelsWhiten")->isEnabled());
        for (const char* name : {"modelsTable", "whiteningPower", "whiteningDimension"})
            QVERIFY(!find<QWidget>(name)->accessibleName().isEmpty());
    }

    void imports_uses_and_goes_back() {
        QSignalSpy imported(m_session.get(), &Session::modelImported);
        QSignalSpy switched(m_session.get(), &Session::modelSwitchFinished);
        m_dialog->import_file(path("tiny_net.safetensors"));
        QVERIFY(!button("modelsImport")->isEnabled());
        QTRY_COMPARE_WITH_TIMEOUT(imported.count(), 1, kPatience);
        settle();
        QVERIFY(button("modelsImport")->isEnabled());
        const int row = row_of(QStringLiteral("tiny_net"));
        QVERIFY(row >= 0);
        QCOMPARE(cell(row, ModelsModel::VectorsColumn), QStringLiteral("0"));
        select(QStringLiteral("tiny_net"));
        QVERIFY(button("modelsUse")->isEnabled());
        QTest::mouseClick(button("modelsUse"), Qt::LeftButton);
        QVERIFY(!button("modelsUse")->isEnabled());
        QVERIFY(m_dialog->findChild<ModelBar*>()->isVisible());
        QTRY_COMPARE_WITH_TIMEOUT(switched.count(), 1, kPatience);
        settle();
        QVERIFY(!m_dialog->findChild<ModelBar*>()->isVisible());
        QVERIFY(cell(row_of(QStringLiteral("tiny_net")), ModelsModel::NameColumn)
                    .contains(QStringLiteral("in use")));
        QCOMPARE(m_session->model().info.name, std::string("tiny_net"));
        select(QStringLiteral("efficientnet-lite0"));
        QTest::mouseClick(button("modelsUse"), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(switched.count(), 2, kPatience);
        settle();
        QCOMPARE(m_session->model().info.name, std::string("efficientnet-lite0"));
    }

    void whitens_and_undoes_it() {
        QSignalSpy switched(m_session.get(), &Session::modelSwitchFinished);
        find<QSpinBox>("whiteningDimension")->setValue(12);
        find<QDoubleSpinBox>("whiteningPower")->setValue(0.4);
        QTest::mouseClick(button("modelsWhiten"), Qt::LeftButton);
        QVERIFY(!button("modelsWhiten")->isEnabled());
        QTRY_COMPARE_WITH_TIMEOUT(switched.count(), 1, kPatience);
        settle();
        QCOMPARE(m_session->model().info.dimension, 12);
        const int row = row_of(QStringLiteral("efficientnet-lite0-whitened"));
        QVERIFY(row >= 0);
        QCOMPARE(cell(row, ModelsModel::BaseColumn), QStringLiteral("efficientnet-lite0"));
        QCOMPARE(cell(row, ModelsModel::KindColumn), QStringLiteral("Whitening"));
        QVERIFY(button("modelsWhiten")->text().remove(QLatin1Char('&')).startsWith(QStringLiteral("Undo")));
        QTest::mouseClick(button("modelsWhiten"), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(switched.count(), 2, kPatience);
        settle();
        QCOMPARE(m_session->model().info.name, std::string("efficientnet-lite0"));
        QVERIFY(button("modelsWhiten")->text().remove(QLatin1Char('&')).startsWith(QStringLiteral("Try")));
    }

    void removes_after_asking() {
        QSignalSpy removed(m_session.get(), &Session::modelRemoved);
        select(QStringLiteral("efficientnet-lite0-whitened"));
        QTest::mouseClick(button("modelsRemove"), Qt::LeftButton);
        auto* box = m_dialog->findChild<QMessageBox*>(QStringLiteral("modelsRemoveBox"));
        QVERIFY(box != nullptr);
        QVERIFY(box->informativeText().contains(QString::number(kPictures)));
        QTest::mouseClick(box->button(QMessageBox::Cancel), Qt::LeftButton);
        settle();
        QVERIFY(row_of(QStringLiteral("efficientnet-lite0-whitened")) >= 0);
        select(QStringLiteral("efficientnet-lite0-whitened"));
        QTest::mouseClick(button("modelsRemove"), Qt::LeftButton);
        QTRY_VERIFY(m_dialog->findChild<QPushButton*>(QStringLiteral("modelsRemoveConfirm")) != nullptr);
        for (QPushButton* confirm :
             m_dialog->findChildren<QPushButton*>(QStringLiteral("modelsRemoveConfirm")))
            if (confirm->isVisible()) confirm->click();
        QTRY_COMPARE_WITH_TIMEOUT(removed.count(), 1, kPatience);
        settle();
        QCOMPARE(row_of(QStringLiteral("efficientnet-lite0-whitened")), -1);
    }

    void says_why_a_file_is_refused() {
        QSignalSpy failed(m_session.get(), &Session::modelFailed);
        FloatTensors tensors = tiny_vit();
        tensors.erase("blocks.1.mlp.fc2.weight");
        write_bytes(path("broken.safetensors"), write_safetensors(tensors));
        m_dialog->import_file(path("broken.safetensors"));
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, kPatience);
        QVERIFY2(message().contains(QStringLiteral("blocks.1.mlp.fc2.weight")), qPrintable(message()));
        QVERIFY(button("modelsImport")->isEnabled());
    }

    void tells_how_far_it_is() {
        ModelSwitchProgress progress;
        progress.phase = ModelSwitchProgress::Phase::Embedding;
        progress.model = "owl";
        progress.done = 3120;
        progress.total = 10'000;
        progress.per_second = 96;
        progress.seconds_left = 72;
        const QString text = ModelBar::progress_text(progress);
        QVERIFY(text.contains(QStringLiteral("owl")) && text.contains(QStringLiteral("3,120 of 10,000")));
        QVERIFY(text.contains(QStringLiteral("96")));
    }

    /// Also without a model at all the dialog says what to do.
    void says_what_to_do_without_models() {
        Session empty;
        ModelsDialog dialog(empty);
        dialog.show();
        QVERIFY(dialog.findChild<QLabel*>(QStringLiteral("modelsEmpty"))->isVisible());
        QVERIFY(!dialog.findChild<QPushButton*>(QStringLiteral("modelsUse"))->isEnabled());
        QVERIFY(!dialog.findChild<QPushButton*>(QStringLiteral("modelsWhiten"))->isEnabled());
    }

    void closes_with_the_library() {
        QVERIFY(m_dialog->isVisible());
        m_session->close();
        QTRY_VERIFY_WITH_TIMEOUT(!m_dialog->isVisible(), kPatience);
    }
};

QTEST_MAIN(TestModelsDialog)
#include "test_models_dialog.moc"
