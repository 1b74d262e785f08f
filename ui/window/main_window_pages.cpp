// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
//
// MainWindow decides which page is shown, what is asked, and what follows from both.
#include <algorithm>

#include <QAction>
#include <QApplication>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSlider>
#include <QStackedWidget>
#include <QToolBar>
#include <QToolButton>
#include <QUndoStack>

#include "ui/compare/compare_view.h"
#include "ui/gallery/filter_chips.h"
#include "ui/gallery/filter_field.h"
#include "ui/gallery/gallery_model.h"
#include "ui/gallery/gallery_view.h"
#include "ui/importing/import_bar.h"
#include "ui/inspector/inspector.h"
#include "ui/models/model_switch_command.h"
#include "ui/models/models_dialog.h"
#include "ui/pages/anchors_page.h"
#include "ui/pages/evaluate_page.h"
#include "ui/pages/learn_page.h"
#include "ui/pages/map_page.h"
#include "ui/query/match_controller.h"
#include "ui/query/match_header.h"
#include "ui/query/match_model.h"
#include "ui/query/query_strip.h"
#include "ui/widgets/elided_label.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/text.h"
#include "ui/window/main_window.h"
#include "ui/window/welcome_page.h"

namespace fieldmark {
namespace {

constexpr int max_inspected = 2000;

}  // namespace

// --- pages ---

void MainWindow::choose_page() {
    if (m_page == Page::Compare && m_session->is_open() && m_summary.counts.items > 0) return;
    const bool anything = m_summary.counts.items + m_summary.counts.missing > 0 || m_import_bar->running();
    if (working_page() && m_session->is_open() && anything) return;
    if (!m_session->is_open() || (!anything && m_strip->isEmpty())) {
        show_page(Page::Welcome);
    } else {
        show_page(m_strip->isEmpty() ? Page::Gallery : Page::Matches);
    }
}

void MainWindow::show_page(Page page) {
    if (page == Page::Compare && m_page != Page::Compare) m_before_compare = m_page;
    const bool changed = page != m_page;
    if (page == Page::Map && changed) {
        // What is selected in the gallery, or among the matches, is ringed on the map.
        if (active_view() != nullptr) m_map->set_selected(selected_items());
    }
    // Experts must see the bare marks first, each time.
    if (m_page == Page::Compare && changed) m_compare->setExplaining(false);
    m_page = page;
    QWidget* widget = page == Page::Welcome    ? static_cast<QWidget*>(m_welcome)
                      : page == Page::Gallery  ? static_cast<QWidget*>(m_gallery)
                      : page == Page::Matches  ? static_cast<QWidget*>(m_match_view)
                      : page == Page::Evaluate ? static_cast<QWidget*>(m_evaluate)
                      : page == Page::Learn    ? static_cast<QWidget*>(m_learn)
                      : page == Page::Anchors  ? static_cast<QWidget*>(m_anchors)
                      : page == Page::Map      ? static_cast<QWidget*>(m_map)
                                               : static_cast<QWidget*>(m_compare);
    if (page == Page::Welcome)
        m_welcome->set_recent(m_session->is_open() ? std::vector<std::string>{}
                                                   : m_settings.recent_libraries());
    if (page == Page::Anchors) {
        const auto images = m_strip->searchedImages();
        m_anchors->set_query(images.empty() ? std::nullopt : std::optional(images.front()));
    }
    m_pages->setCurrentWidget(widget);
    m_strip->setVisible(page == Page::Gallery || page == Page::Matches);
    m_chips->setVisible(!m_conditions.empty() && (page == Page::Gallery || page == Page::Matches));
    m_gallery_head->setVisible(page == Page::Gallery);
    m_match_header->setVisible(page == Page::Matches);
    m_filter->setEnabled(page == Page::Gallery || page == Page::Matches);
    m_size->setEnabled(page == Page::Gallery || page == Page::Matches);
    m_show_learn->setChecked(page == Page::Learn);
    m_show_evaluate->setChecked(page == Page::Evaluate);
    m_show_anchors->setChecked(page == Page::Anchors);
    m_show_map->setChecked(page == Page::Map);
    m_show_browse->setChecked(!working_page());
    // Compare has keys of its own, Esc among them.
    m_back->setEnabled(page != Page::Compare);
    update_panels();
    update_actions();
    if (!changed) return;
    if (!m_filter->hasFocus() || page == Page::Compare) widget->setFocus();
    selection_moved();
    Q_EMIT pageChanged();
}

void MainWindow::show_browse() {
    if (!working_page()) return;
    m_page = Page::Welcome;  // what is shown next follows from the library, not from the page left
    choose_page();
}

void MainWindow::show_class(const std::string& field, const std::string& value) {
    m_strip->clear();
    m_filter->clear_quietly();
    m_sidebar->set_place({});
    set_conditions({{field, Condition::Operator::Equal, value}});
    show_browse();
}

void MainWindow::update_probabilities() {
    const std::string field = m_settings.library_value(m_summary.folder, QStringLiteral("probabilities"))
                                  .toByteArray()
                                  .toStdString();
    m_evaluate->set_probabilities(field);
    m_calibration_request = 0;
    if (field.empty()) {
        m_match_model->setCalibration({});
    } else if (m_session->is_open()) {
        m_calibration_request = m_session->fetch_calibration(field);
    }
}

void MainWindow::update_panels() {
    const bool browse = m_page == Page::Gallery || m_page == Page::Matches;
    m_sidebar->setVisible(browse && m_sidebar_wanted && !m_narrow);
    const bool inspects = browse || m_page == Page::Map;
    m_inspector->setVisible(inspects && m_inspector_wanted && !m_narrow);
    m_show_sidebar->setEnabled(browse);
    m_show_inspector->setEnabled(inspects);
    m_show_sidebar->setChecked(m_sidebar_wanted && !m_narrow);
    m_show_inspector->setChecked(m_inspector_wanted && !m_narrow);
}

/// In a narrow window the pages keep their icons and give the room of their words to the filter.
void MainWindow::update_page_buttons() {
    const auto style = width() < kNarrow ? Qt::ToolButtonIconOnly : Qt::ToolButtonTextBesideIcon;
    for (QAction* page : {m_show_browse, m_show_learn, m_show_evaluate, m_show_map, m_show_anchors}) {
        if (auto* button = qobject_cast<QToolButton*>(m_toolbar->widgetForAction(page))) {
            if (button->toolButtonStyle() != style) button->setToolButtonStyle(style);
        }
    }
}

void MainWindow::update_header() {
    const LibrarySidebar::Place place = m_sidebar->place();
    QString name = tr("All pictures");
    for (const Collection& collection : m_summary.collections) {
        if (collection.id == place.collection) name = QString::fromStdString(collection.name);
    }
    if (place.state == ItemState::Failed) name = tr("Could not be read");
    if (place.state == ItemState::Missing) name = tr("Missing");
    m_place_label->setText(name);
    QString count =
        tr("%1 pictures", nullptr, m_gallery_model->rowCount()).arg(Text::count(m_gallery_model->rowCount()));
    if (m_gallery_model->rowCount() == 1) count = tr("1 picture");
    const auto selected = m_gallery->selectionModel() != nullptr ? m_gallery->selected_rows().size() : 0;
    if (selected > 1) count += QStringLiteral(" · ") + tr("%1 selected").arg(Text::count(selected));
    m_count_label->setFullText(count);
    const int wanted = int(m_sort) * 2 + (m_descending ? 1 : 0);
    const auto actions = m_sort_menu->actions();
    for (QAction* action : actions) {
        if (action->data().toInt() != wanted) continue;
        action->setChecked(true);
        m_sort_button->setText(action->text());
    }
}

void MainWindow::update_empty_texts() {
    const bool filtered = !m_conditions.empty() || !m_filter->free_text().isEmpty();
    if (m_import_bar->running() && m_summary.counts.items == 0) {
        m_gallery->set_empty_text(tr("Looking for pictures…"),
                                  tr("They appear here as soon as they are found."),
                                  QStringLiteral("pictures"));
    } else if (filtered) {
        m_gallery->set_empty_text(tr("No picture fits this filter"), tr("Esc takes the filter away."),
                                  QStringLiteral("filter"));
    } else {
        m_gallery->set_empty_text(tr("No pictures here"), tr("Drop a folder of pictures to add them."),
                                  QStringLiteral("pictures"));
    }
    const ModelStatus model = m_session->model();
    if (m_matches->running()) {
        m_match_view->set_empty_text(
            model.loading ? tr("Getting ready…") : tr("Searching…"),
            model.loading ? tr("The model is being loaded; the search begins by itself.") : QString(),
            QStringLiteral("search"));
    } else if (m_query_failed) {
        m_match_view->set_empty_text(tr("This query has no answer"),
                                     tr("See the message above, or choose another picture."),
                                     QStringLiteral("find-similar"));
    } else if (filtered) {
        m_match_view->set_empty_text(tr("No look-alike fits this filter"),
                                     tr("Remove a filter above to see more."), QStringLiteral("filter"));
    } else {
        m_match_view->set_empty_text(tr("No look-alikes"),
                                     tr("Nothing in this library can be compared with it yet."),
                                     QStringLiteral("find-similar"));
    }
}

void MainWindow::update_actions() {
    const bool open = m_session->is_open();
    const bool writable = open && !m_summary.read_only;
    const bool pictures = open && m_summary.counts.items > 0;
    for (QAction* action : {m_show_browse, m_show_learn, m_show_evaluate, m_show_map, m_show_anchors})
        action->setEnabled(pictures);
    m_show_models->setEnabled(open);
    m_objects_only->setEnabled(open && !m_summary.read_only && m_session->model().available &&
                               !m_session->switching_model());
    m_objects_only->setChecked(!m_session->model().whole_model.empty());
    m_close_library->setEnabled(open);
    m_add_folder->setEnabled(!open || writable);
    m_add_files->setEnabled(!open || writable);
    m_add_labels->setEnabled(writable && !m_summary.collections.empty());
    m_folder_labels->setEnabled(writable && pictures);
    m_show_failed->setEnabled(open && m_summary.counts.failed > 0);
    m_query_open->setEnabled(open);
    m_query_paste->setEnabled(open);
    m_query_clear->setEnabled(!m_strip->isEmpty());
    const auto items = selected_items();
    m_find->setEnabled(!items.empty());
    m_compare_action->setEnabled(m_page == Page::Matches   ? !items.empty()
                                 : m_page == Page::Gallery ? items.size() >= 2
                                                           : false);
    m_open_file->setEnabled(!items.empty());
    m_show_folder->setEnabled(!items.empty());
    m_copy->setEnabled(!items.empty());
    m_remove->setEnabled(writable && !items.empty());
    const bool switching = m_session->switching_model();
    m_undo_action->setEnabled(!m_removed.empty() ||
                              (m_undo->canUndo() && !(switching && model_switch_at(m_undo->index() - 1))));
    m_undo_action->setText(!m_removed.empty()  ? tr("&Undo removing pictures")
                           : m_undo->canUndo() ? tr("&Undo %1").arg(m_undo->undoText())
                                               : tr("&Undo"));
    m_redo_action->setEnabled(m_undo->canRedo() && !(switching && model_switch_at(m_undo->index())));
    m_redo_action->setText(m_undo->canRedo() ? tr("&Redo %1").arg(m_undo->redoText()) : tr("&Redo"));
}

// --- filters ---

ItemQuery MainWindow::current_query() const {
    ItemQuery query;
    const LibrarySidebar::Place place = m_sidebar->place();
    if (place.collection != 0) query.collections = {place.collection};
    query.state = place.state;
    query.where = m_conditions;
    query.text = m_filter->free_text().toStdString();
    query.sort = m_sort;
    query.descending = m_descending;
    return query;
}

void MainWindow::apply_query() {
    if (!m_session->is_open()) return;
    const ItemQuery query = current_query();
    m_gallery_model->set_query(query);
    m_show_best = m_show_best || !m_strip->isEmpty();
    m_matches->setFilter(query);
    const bool narrowed = !query.where.empty() || !query.text.empty() || !query.collections.empty();
    m_evaluate->set_browse_query(query, narrowed);
    m_map->set_filter(query, narrowed || query.state.has_value());
    m_sidebar->set_conditions(m_conditions);
    m_chips->setConditions(m_conditions);
    m_chips->setVisible(!m_conditions.empty() && (m_page == Page::Gallery || m_page == Page::Matches));
    update_header();
    update_empty_texts();
}

void MainWindow::set_conditions(const std::vector<Condition>& conditions) {
    m_conditions = conditions;
    apply_query();
}

void MainWindow::toggle_condition(const Condition& condition) {
    std::vector<Condition> all = m_conditions;
    if (std::erase(all, condition) == 0) {
        // Two values of one field exclude each other: the new one takes the old one's place.
        std::erase_if(all, [&](const Condition& one) {
            return one.field == condition.field && one.op == condition.op;
        });
        all.push_back(condition);
    }
    set_conditions(all);
}

void MainWindow::clear_filter() {
    m_filter->clear_quietly();
    set_conditions({});
}

// --- selection and inspector ---

void MainWindow::selection_moved() {
    update_actions();
    update_header();
    show_in_inspector();
}

void MainWindow::show_in_inspector() {
    m_inspector_request = 0;
    if (m_page == Page::Matches) {
        const QModelIndex current = m_match_view->currentIndex();
        const auto images = m_strip->images();
        if (m_match_view->selected_rows().size() <= 1 && current.isValid() && !images.empty()) {
            if (const Match* match = m_match_model->match(current.row())) {
                m_inspector->showMatch(*match, images.front());
                return;
            }
        }
    }
    std::vector<ItemId> items = selected_items();
    if (items.empty()) {
        m_inspector->showRow(std::nullopt);
        return;
    }
    if (items.size() == 1) {
        if (const ItemRow* row = m_gallery_model->row(items.front())) {
            m_inspector->showRow(*row);
            return;
        }
    }
    if (items.size() > max_inspected) {
        m_inspector_request = 0;
        m_inspector->showTooMany(static_cast<int>(items.size()), max_inspected);
        return;
    }
    m_inspector_request = m_session->fetch_rows(items);
}

/// What is selected on the map is selected in the gallery, as far as the gallery's filter lets it through.
void MainWindow::select_in_gallery(const std::vector<ItemId>& items) {
    const std::unordered_set<ItemId> wanted(items.begin(), items.end());
    const std::vector<ItemId>& ids = m_gallery_model->ids();
    QItemSelection selection;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (!wanted.contains(ids[i])) continue;
        std::size_t last = i;
        while (last + 1 < ids.size() && wanted.contains(ids[last + 1])) ++last;
        selection.select(m_gallery_model->index(static_cast<int>(i)),
                         m_gallery_model->index(static_cast<int>(last)));
        i = last;
    }
    m_gallery->selectionModel()->select(selection, QItemSelectionModel::ClearAndSelect);
    if (!selection.isEmpty()) {
        m_gallery->selectionModel()->setCurrentIndex(selection.first().topLeft(),
                                                     QItemSelectionModel::NoUpdate);
    }
    selection_moved();
}

void MainWindow::step_back() {
    QWidget* focus = QApplication::focusWidget();
    if (focus != nullptr && m_messages->isAncestorOf(focus)) {
        m_messages->close_latest();
    } else if (m_page == Page::Map && m_map->step_back()) {
        return;
    } else if (working_page()) {
        show_browse();
    } else if (m_filter->hasFocus()) {
        if (m_filter->text().isEmpty()) {
            if (GalleryView* view = active_view()) view->setFocus();
        } else {
            m_filter->clear();
        }
    } else if (m_strip->editedCrop() >= 0) {
        m_strip->editCrop(-1);
    } else if (GalleryView* view = active_view(); view != nullptr && view->selected_rows().size() > 1) {
        view->selectionModel()->select(view->currentIndex(), QItemSelectionModel::ClearAndSelect);
    } else if (!m_strip->isEmpty()) {
        m_strip->clear();
    } else if (!m_conditions.empty() || !m_filter->text().isEmpty()) {
        clear_filter();
    } else if (!m_messages->close_latest() && active_view() != nullptr) {
        active_view()->selectionModel()->clear();
    }
}

void MainWindow::find_similar(const std::vector<QueryImage>& images, bool replace) {
    if (images.empty()) return;
    if (m_page == Page::Compare) show_page(m_before_compare);
    show_browse();
    m_strip->add(images, replace);
}

void MainWindow::show_models() {
    if (!m_models_dialog) {
        m_models_dialog = new ModelsDialog(*m_session, this);
        m_models_dialog->setAttribute(Qt::WA_DeleteOnClose);
    }
    m_models_dialog->refresh();
    m_models_dialog->show();
    m_models_dialog->raise();
}

/// Anchors are points of one model's space; with another one they would find nothing but chance.
void MainWindow::take_foreign_anchors(const ModelInfo& model) {
    const auto anchors = m_strip->takeForeignAnchors(model.hash);
    if (anchors.empty()) return;
    if (m_page == Page::Compare && m_strip->isEmpty()) show_page(Page::Gallery);
    Message message;
    message.id = QStringLiteral("foreignAnchors");
    const int count = static_cast<int>(anchors.size());
    const bool prototypes = std::all_of(anchors.begin(), anchors.end(),
                                        [](const QueryImage& image) { return image.anchor->prototype; });
    message.text =
        (prototypes ? tr("Took %n prototype(s) of the former model out of the query. Anchors shows "
                         "those of %1.",
                         nullptr, count)
                    : tr("Took %n anchor(s) of the former model out of the query. Anchors shows "
                         "those of %1.",
                         nullptr, count))
            .arg(Text::display_name(model.name));
    message.seconds = 30;
    message.actions.push_back({tr("Search by the nearest picture"), [this, anchors] {
                                   std::vector<QueryImage> pictures;
                                   for (QueryImage image : anchors) {
                                       image.anchor.reset();
                                       if (image.item != 0) pictures.push_back(std::move(image));
                                   }
                                   find_similar(pictures, false);
                               }});
    m_messages->show_message(message);
}

const ModelSwitchCommand* MainWindow::model_switch_at(int index) const {
    return dynamic_cast<const ModelSwitchCommand*>(m_undo->command(index));
}

void MainWindow::use_model(const std::string& hash) {
    ModelSwitchRequest request;
    request.model = hash;
    m_session->use_model(request);
    update_actions();
}

void MainWindow::undo() {
    if (!m_removed.empty()) {
        undo_removal();
    } else if (const auto* model = model_switch_at(m_undo->index() - 1)) {
        use_model(model->former());
    } else {
        m_undo->undo();
    }
}

void MainWindow::redo() {
    if (const auto* model = model_switch_at(m_undo->index())) {
        use_model(model->now());
    } else {
        m_undo->redo();
    }
}

void MainWindow::model_switched(const ModelSwitchReport& report) {
    update_actions();
    const bool said = m_models_dialog && m_models_dialog->isVisible();
    if (!report.switched && !report.cancelled && report.lacking > 0 && !said)
        m_messages->show_message(ModelsDialog::lacking(report, [this](const ModelSwitchRequest& request) {
            m_session->use_model(request);
            update_actions();
        }));
    if (!report.switched || report.info.hash == report.former) return;
    take_foreign_anchors(report.info);
    m_matches->rerun();
    Message message;
    message.kind = Message::Kind::Positive;
    message.id = QStringLiteral("modelSwitched");
    message.text = tr("The library searches with %1 now.").arg(Text::display_name(report.info.name));
    message.seconds = 30;
    if (!report.former.empty()) {
        message.actions.push_back(
            {tr("Go back to the former model"), [this, former = report.former] { use_model(former); }});
        // The message goes; undo stays.
        const auto* last = model_switch_at(m_undo->index() - 1);
        const auto* next = model_switch_at(m_undo->index());
        if (last && last->undone_by(report)) {
            m_undo->undo();
        } else if (next && next->redone_by(report)) {
            m_undo->redo();
        } else {
            m_undo->push(new ModelSwitchCommand(report));
        }
    }
    m_messages->show_message(message);
}

}  // namespace fieldmark
