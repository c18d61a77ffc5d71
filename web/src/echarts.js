// What we use of ECharts, so that nothing else is bundled.
import {BarChart, CustomChart, LineChart, ScatterChart} from 'echarts/charts';
import {GridComponent, LegendPlainComponent, TitleComponent, TooltipComponent} from 'echarts/components';
import * as echarts from 'echarts/core';
import {SVGRenderer} from 'echarts/renderers';

echarts.use([
  BarChart, CustomChart, LineChart, ScatterChart, GridComponent, LegendPlainComponent,
  TitleComponent, TooltipComponent, SVGRenderer,
]);

export {echarts};
